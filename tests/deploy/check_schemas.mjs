// Reads Kubernetes objects (a JSON array) from standard input, prints one line
// for each that its schema refuses. Two looks at each: the schema itself, for
// types, formats and what has to be there; and TypeScript against the schema's
// types, for fields that do not exist, which a cluster would drop in silence.
import path from "node:path";
import ts from "typescript";

const folder = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);

function packageOf(apiVersion) {
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  if (group === "cert-manager.io") return "@kubernetes-models/cert-manager";
  if (group === "monitoring.coreos.com") return "@kubernetes-models/prometheus-operator";
  return "kubernetes-models";
}

const moduleOf = (object) => `${packageOf(object.apiVersion)}/${object.apiVersion}/${object.kind}`;
const nameOf = (object) => `${object.kind} ${object.metadata?.name}`;

async function refusedBySchema(object) {
  try {
    const model = (await import(moduleOf(object)))[object.kind];
    new model(structuredClone(object)).validate();
    return [];
  } catch (error) {
    return [`${nameOf(object)}: ${error.message}`];
  }
}

// One virtual source with a constant for each object.
function sourceOf(objects) {
  return objects
    .map((object, i) => {
      const type = `I${object.kind}`;
      return `import type { ${type} as T${i} } from "${moduleOf(object)}";\nconst o${i}: T${i} = ${JSON.stringify(object)};`;
    })
    .join("\n");
}

function refusedByTypes(objects) {
  const file = path.join(folder, "objects.virtual.ts");
  const text = sourceOf(objects);
  const options = {
    module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022, noEmit: true, strict: true, skipLibCheck: true, types: [], noErrorTruncation: false,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, text, rest[0]) : getSourceFile.call(host, name, ...rest);
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  host.readFile = (name) => (name === file ? text : readFile.call(host, name));
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map((one) => {
    const line = one.start === undefined ? 0 : one.file.getLineAndCharacterOfPosition(one.start).line;
    return `${nameOf(objects[(line - (line % 2)) / 2])}: ${ts.flattenDiagnosticMessageText(one.messageText, " ")}`;
  });
}

let input = "";
for await (const part of process.stdin) input += part;
const objects = JSON.parse(input);
const refused = (await Promise.all(objects.map(refusedBySchema))).flat();
for (const line of [...refused, ...refusedByTypes(objects)]) console.log(line);
