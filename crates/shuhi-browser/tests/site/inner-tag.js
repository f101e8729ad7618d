function inner() {
  new Image().src = "https://tag.mihon.example/hit/inner-tag.png";
}
inner();
