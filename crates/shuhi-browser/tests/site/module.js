import "./module-part.js";
async function load() {
  await import("https://cdn.mihon.example/module-dynamic.js");
}
load();
