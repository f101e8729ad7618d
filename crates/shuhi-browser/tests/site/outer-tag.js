function outer() {
  const script = document.createElement("script");
  script.src = "https://tag.mihon.example/inner-tag.js";
  document.head.append(script);
}
outer();
