#!/usr/bin/env python3
"""What the public site costs, beside others on the same data in the same run.

site.py [render] [serve] [many]     all three by default; run in the source folder.

render: 10,000 comparison pages to files in memory and on disk, by us, Hugo, Eleventy and a loop over Eta templates.
serve:  a comparison page at 64 connections, ours and nginx's, in turns.
many:   a publisher with 100,000 published comparisons.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "site"))
import engines  # noqa: E402

PAGES = int(os.environ.get("PAGES", "10000"))
MANY = os.environ.get("MANY", "100000")
SECONDS = int(os.environ.get("SECONDS_EACH", "4"))
WORKERS = os.environ.get("NGINX_WORKERS", "auto")
ROUNDS = 5
CONNECTIONS = 64


def program():
    """The newest bench_site built, or the one $BENCH_SITE names."""
    if "BENCH_SITE" in os.environ:
        return os.environ["BENCH_SITE"]
    found = [p for p in HERE.parent.glob("build/**/bench_site") if p.is_file()]
    if not found:
        sys.exit("bench/site.py: bench_site is not built; `make bench` builds it")
    return str(max(found, key=lambda p: p.stat().st_mtime))


def timed(command, cwd=None):
    """Seconds by the clock and of processor time, children included."""
    begin = time.monotonic()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, cwd=cwd, stdout=said, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        wall = time.monotonic() - begin
        if status != 0:
            said.seek(0)
            raise RuntimeError(f"{command[0]}: {said.read()[-600:].decode(errors='replace')}")
    return wall, usage.ru_utime + usage.ru_stime


def hugo_site(folder, template, data):
    """Front matter alone: a page each, no Markdown to render."""
    (folder / "layouts" / "_default").mkdir(parents=True)
    (folder / "layouts" / "_default" / "single.html").write_text(engines.hugo(template))
    (folder / "content" / "compare").mkdir(parents=True)
    (folder / "hugo.json").write_text(
        json.dumps({"baseURL": "https://seaworthy.example/", "disableKinds": [
            "taxonomy", "term", "RSS", "sitemap", "robotsTXT", "home", "section", "404"]})
    )
    for one in data:
        page = {**one, "url": f"/compare/{one['id']}/"}
        (folder / "content" / "compare" / f"{one['id']}.md").write_text(json.dumps(page) + "\n")


def eleventy_site(folder, template, lines):
    (folder / "_data").mkdir(parents=True)
    (folder / "_data" / "comparisons.json").write_text("[" + ",".join(lines.split("\n")[:-1]) + "]")
    head = '---\npagination: {data: comparisons, size: 1, alias: c}\npermalink: "compare/{{ c.id }}/index.html"\n---\n'
    (folder / "page.njk").write_text(head + engines.nunjucks(template))


def node_modules():
    """Eleventy and Eta, by npm; once."""
    if not (HERE / "site" / "node_modules" / ".package-lock.json").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE / "site", check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return HERE / "site" / "node_modules"


def plain(page):
    """Without what engines leave between tags, and with one spelling of what they escape."""
    for theirs, ours in (("&#34;", "&quot;"), ("&#39;", "'"), ("&apos;", "'"), ("&#xE9;", "é"), ("&#43;", "+")):
        page = page.replace(theirs, ours)
    return re.sub(r"\s+", "", page)


def prepare(folder):
    """Every engine's command, by name, and where its pages come out."""
    template = (HERE / "site" / "page.mustache.html").read_text()
    lines = engines.lines(PAGES)
    (folder / "data.jsonl").write_text(lines)
    (folder / "templates").mkdir()
    (folder / "templates" / "page.html").write_text(template)
    runs = {"seaworthy": ([program(), "render", folder / "templates", folder / "data.jsonl", folder / "ours"], "ours")}
    modules = None
    with contextlib.suppress(subprocess.CalledProcessError, FileNotFoundError):
        modules = node_modules()
    if modules:
        (folder / "page.eta").write_text(engines.eta(template))
        runs["Eta loop"] = (["node", HERE / "site" / "eta.mjs", folder / "page.eta", folder / "data.jsonl",
                             folder / "eta"], "eta")
        eleventy_site(folder / "eleventy_in", template, lines)
        runs["Eleventy"] = (["node", modules / "@11ty/eleventy/cmd.cjs", "--quiet", "--input=eleventy_in",
                             "--output=eleventy"], "eleventy")
    if shutil.which("hugo"):
        hugo_site(folder / "hugo_in", template, engines.comparisons(PAGES))
        runs["Hugo"] = (["hugo", "--quiet", "--source", folder / "hugo_in", "--config", "hugo.json",
                         "--destination", folder / "hugo"], "hugo")
    return runs


def render():
    """In memory, where the engines differ, and on disk, where the file system is most of it."""
    if os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").free > 1 << 30:
        render_in("/dev/shm", "in memory")
    render_in(None, "on disk")


def render_in(where, what):
    with tempfile.TemporaryDirectory(prefix="bench-site-", dir=where) as name:
        folder = pathlib.Path(name)
        runs = prepare(folder)
        sample = f"compare/{engines.comparisons(1)[0]['id']}/index.html"
        times = {engine: [] for engine in runs}
        for _ in range(3):
            for engine, (command, out) in runs.items():
                shutil.rmtree(folder / out, ignore_errors=True)
                times[engine].append(timed([str(part) for part in command], cwd=folder))
        ours = plain((folder / "ours" / sample).read_text())
        size = (folder / "ours" / sample).stat().st_size
        print(f"{PAGES:,} comparison pages of {size / 1000:.1f} kB to files {what}; the best of 3")
        print(f"{'':12}{'pages/s':>10}{'CPU ms/page':>13}{'files':>8}  same page")
        for engine, (_, out) in runs.items():
            wall, cpu = min(t[0] for t in times[engine]), min(t[1] for t in times[engine])
            files = sum(1 for _ in (folder / out / "compare").glob("*/index.html"))
            same = plain((folder / out / sample).read_text()) == ours
            print(f"{engine:12}{PAGES / wall:>10,.0f}{1000 * cpu / PAGES:>13.3f}{files:>8}  {'yes' if same else 'NO'}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def publisher():
    child = subprocess.Popen([program(), "serve", "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                             stderr=subprocess.DEVNULL)
    try:
        yield int(child.stdout.readline())
    finally:
        child.stdin.close()
        child.wait(20)


@contextlib.contextmanager
def nginx(folder, body, headers):
    """The same bytes with the same fields."""
    port = free_port()
    (folder / "page").mkdir(parents=True)
    (folder / "page" / "index.html").write_bytes(body)
    fields = "\n".join(f'add_header {name} "{value}" always;' for name, value in headers)
    (folder / "nginx.conf").write_text(f"""
worker_processes {WORKERS}; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; etag off;
  open_file_cache max=100 inactive=60s; default_type text/html;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; root {folder}/page; {fields} }} }}
""")
    child = subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-e", folder / "error.log"],
                             stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.02)
        yield port
    finally:
        child.terminate()
        child.wait(20)


def wrk(url):
    """Requests a second, and the 99th percentile in milliseconds."""
    said = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-H",
                           "Accept-Encoding: identity", url], capture_output=True, text=True, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    if "Non-2xx" in said:
        raise RuntimeError(said)
    return rate, float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def serve():
    with tempfile.TemporaryDirectory(prefix="bench-site-") as name, publisher() as port:
        os.chmod(name, 0o755)
        path = "/compare/gannet-vs-lantern-9b"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as page:
            body = page.read()
            drop = {"content-length", "content-type", "date", "server", "connection"}
            headers = [(k, v) for k, v in page.getheaders() if k.lower() not in drop]
        with nginx(pathlib.Path(name), body, [(k, v.replace('"', '\\"')) for k, v in headers]) as other:
            ours, theirs = [], []
            for _ in range(ROUNDS):
                ours.append(wrk(f"http://127.0.0.1:{port}{path}"))
                theirs.append(wrk(f"http://127.0.0.1:{other}/"))
    print(f"a comparison page of {len(body) / 1000:.1f} kB at {CONNECTIONS} connections; median of {ROUNDS} turns")
    for who, runs in (("seaworthy", ours), ("nginx", theirs)):
        print(f"{who:12}{statistics.median(r[0] for r in runs):>10,.0f}/s   p99 "
              f"{statistics.median(r[1] for r in runs):.2f} ms")
    ratios = sorted(o[0] / t[0] for o, t in zip(ours, theirs))
    print(f"ratio of turns: median {statistics.median(ratios):.2f}, {ratios[0]:.2f} to {ratios[-1]:.2f}")


def many():
    print(f"{int(MANY):,} published comparisons")
    subprocess.run([program(), "many", MANY], check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    for part in sys.argv[1:] or ["render", "serve", "many"]:
        {"render": render, "serve": serve, "many": many}[part]()
        print(flush=True)
