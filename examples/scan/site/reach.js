// 架空の広告計測タグ。
(function () {
  function madeUp() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }
  var id = localStorage.getItem("reach_visitor_id") || madeUp();
  localStorage.setItem("reach_visitor_id", id);
  fetch("http://px.kakuu-reach.example/pixel.gif?visitor_id=" + id + "&page_url=" + encodeURIComponent(location.href), { mode: "no-cors" });
})();
