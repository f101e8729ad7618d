// 架空の広告計測タグ。
(function () {
  var id = localStorage.getItem("reach_visitor_id") || crypto.randomUUID();
  localStorage.setItem("reach_visitor_id", id);
  fetch("http://px.kakuu-reach.example/pixel.gif?visitor_id=" + id + "&page_url=" + encodeURIComponent(location.href), { mode: "no-cors" });
})();
