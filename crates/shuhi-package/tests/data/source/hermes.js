fetch("https://api.mihon.jp/v1/start", "https://log.keisoku.jp", "cdn.mihon.jp", "日本語 https://ja.mihon.jp/あ");
function fetchData(x) { return x.repeat(3) }
globalThis.f = fetchData;
