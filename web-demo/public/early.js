// Runs before the first paint, so that a chosen theme or language does not flash the other one.
(function () {
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem("scorelet.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    var language = localStorage.getItem("scorelet.language");
    if (!language) language = /^zh/i.test(navigator.language) ? "zh" : "en";
    root.lang = language === "zh" ? "zh" : "en";
  } catch {
    // Storage is switched off: the system's theme and English will do.
  }
})();
