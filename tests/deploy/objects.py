"""What the rules ask of Kubernetes objects, so that each rule reads as one sentence."""

OUTSIDE_4 = {
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"}
OUTSIDE_6 = {"2001::/32", "2002::/16"}


def name_of(one):
    return f"{one['kind']} {one['metadata']['name']}"


def of_kind(objects, *kinds):
    return [one for one in objects if one["kind"] in kinds]


def workloads(objects):
    return of_kind(objects, "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod")


def pod_of(workload):
    """Its pod's spec."""
    if workload["kind"] == "Pod":
        return workload["spec"]
    if workload["kind"] == "CronJob":
        return workload["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return workload["spec"]["template"]["spec"]


def labels_of(workload):
    """Its pod's labels."""
    if workload["kind"] == "Pod":
        return workload["metadata"].get("labels", {})
    return workload["spec"]["template"]["metadata"]["labels"]


def containers(workload):
    pod = pod_of(workload)
    return pod.get("initContainers", []) + pod["containers"]


def is_ours(workload):
    return labels_of(workload).get("app.kubernetes.io/part-of") == "seaworthy"


def selects(selector, labels):
    """Whether a label selector holds for these labels."""
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for term in selector.get("matchExpressions", []):
        if term["operator"] != "In":
            raise ValueError(f"operator {term['operator']} is not understood here")
        if labels.get(term["key"]) not in term["values"]:
            return False
    return True


def policies_for(objects, workload, direction):
    for policy in of_kind(objects, "NetworkPolicy"):
        if direction in policy["spec"]["policyTypes"] and selects(policy["spec"]["podSelector"], labels_of(workload)):
            yield policy


def flows(objects, workload, direction):
    """Whom a pod may call (Egress) or be called by (Ingress): `nats:4222`,
    `outside:443`, `dns:53` …"""
    found = set()
    for policy in policies_for(objects, workload, direction):
        for rule in policy["spec"].get(direction.lower()) or []:
            peers = rule.get("to" if direction == "Egress" else "from")
            names = set().union(*(_peer(objects, one) for one in peers)) if peers else {"anybody"}
            ports = [str(port.get("port", "any")) for port in rule.get("ports", [])] or ["any"]
            found |= {f"{name}:{port}" for name in names for port in ports}
    return found


def _peer(objects, peer):
    if "ipBlock" in peer:
        return {_block(peer["ipBlock"])}
    namespace = peer.get("namespaceSelector")
    if namespace is not None:
        where = namespace.get("matchLabels", {}).get("kubernetes.io/metadata.name", "every namespace")
        dns = peer.get("podSelector", {}).get("matchLabels", {}).get("k8s-app") == "kube-dns"
        return {"dns" if where == "kube-system" and dns else where}
    return {one["metadata"]["name"] for one in workloads(objects) if selects(peer["podSelector"], labels_of(one))}


def _block(block):
    left_out = set(block.get("except", []))
    if block["cidr"] == "0.0.0.0/0" and left_out >= OUTSIDE_4:
        return "outside"
    if block["cidr"] == "2000::/3" and left_out >= OUTSIDE_6:
        return "outside"
    return block["cidr"]
