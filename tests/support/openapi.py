"""The OpenAPI document of a server, and whether answers are as it says.

`openapi-3.1-schema.json` is the schema of OpenAPI 3.1 documents that the OpenAPI Initiative publishes (Apache 2.0).
"""

import json
import pathlib
import re

import jsonschema

_SCHEMA = pathlib.Path(__file__).parent / "openapi-3.1-schema.json"
_FORMATS = jsonschema.FormatChecker(())


@_FORMATS.checks("date-time")
def _is_date_time(value):
    return not isinstance(value, str) or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value) is not None


def document_faults(document):
    """What is wrong with an OpenAPI 3.1 document."""
    schema = json.loads(_SCHEMA.read_text())
    faults = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in jsonschema.Draft202012Validator(schema).iter_errors(document)]
    for reference in _references(document):
        if _resolve(document, reference) is None:
            faults.append(f"{reference}: points nowhere")
    seen = set()
    for path, method, operation in operations(document):
        name = operation.get("operationId")
        if name is None or name in seen:
            faults.append(f"{method} {path}: operationId {name} is missing or there twice")
        seen.add(name)
        declared = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
        if declared != set(re.findall(r"{(\w+)}", path)):
            faults.append(f"{method} {path}: its path's parameters are not those declared: {declared}")
    for where, schema in _schemas(document):
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            faults.append(f"{where}: {error.message[:200]}")
    return faults


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method.upper(), operation


def answer_faults(document, path, method, answer):
    """What of an answer the operation does not say."""
    operation = document["paths"][path][method.lower()]
    response = operation["responses"].get(str(answer.status))
    if response is None:
        return [f"{method} {path}: status {answer.status} is not documented: {answer.text[:200]}"]
    if "$ref" in response:
        response = _resolve(document, response["$ref"])
    content = response.get("content")
    if content is None:
        return [f"{method} {path}: a body where none is documented"] if answer.body else []
    media_type = answer.headers.get("content-type", "").split(";")[0].strip()
    if media_type not in content:
        return [f"{method} {path} {answer.status}: {media_type} is none of {list(content)}"]
    if "json" not in media_type:
        return []
    schema = content[media_type]["schema"]
    resolver = jsonschema.RefResolver("", document)
    faults = jsonschema.Draft202012Validator(schema, resolver=resolver, format_checker=_FORMATS).iter_errors(answer.json)
    return [f"{method} {path} {answer.status} {list(e.absolute_path)}: {e.message[:300]}" for e in faults]


def _references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _resolve(document, reference):
    value = document
    for part in reference.removeprefix("#/").split("/"):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _schemas(document):
    for name, schema in document["components"]["schemas"].items():
        yield f"components/schemas/{name}", schema
    for path, method, operation in operations(document):
        for status, response in operation["responses"].items():
            for media in response.get("content", {}).values():
                yield f"{method} {path} {status}", media.get("schema", {})
