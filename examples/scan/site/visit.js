// 自社の再訪問の計数。自社が付けた識別子だけが自社に返る。
(function () {
  function madeUp() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }
  var found = document.cookie.match(/visit_id=([^;]+)/);
  var id = found ? found[1] : madeUp();
  document.cookie = "visit_id=" + id + "; max-age=2592000; path=/";
  fetch("/pixel.gif?visit_id=" + id);
})();
