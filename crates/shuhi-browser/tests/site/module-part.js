fetch("https://tag.mihon.example/hit/module-part");
