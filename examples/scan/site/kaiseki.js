// 架空のアクセス解析タグ。識別子を端末に置き、閲覧したページとともに送る。
(function () {
  function madeUp() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }
  var key = "kaiseki_cid";
  var found = document.cookie.match(/kaiseki_cid=([^;]+)/);
  var id = found ? found[1] : "k1." + madeUp();
  document.cookie = key + "=" + id + "; max-age=63072000; path=/";
  var query = new URLSearchParams({
    client_id: id,
    page_url: location.href,
    page_title: document.title,
    screen_resolution: screen.width + "x" + screen.height,
  });
  navigator.sendBeacon("http://collect.kaiseki.example/collect?" + query);
})();
