fetch("https://api.mihon.example.jp/v1/start", "https://log.keisoku.example.jp", "cdn.mihon.example.jp", "日本語 https://ja.mihon.example.jp/あ");
function fetchData(x) { return x.repeat(3) }
globalThis.f = fetchData;
