// The part of the panel bridge that Jira adds to atlassian-connect-js: AP.request with callbacks.
(function () {
  "use strict";
  var bridge = window.AP && window.AP.request;
  if (!bridge || typeof bridge.send !== "function") return;
  var send = bridge.send;
  window.AP.request = function (url, options) {
    var all = typeof url === "string" ? Object.assign({ url: url }, options) : url;
    var success = all.success, error = all.error;
    var plain = { url: all.url, type: all.type, data: all.data, headers: all.headers, contentType: all.contentType };
    if (plain.data && typeof plain.data === "object") plain.data = JSON.stringify(plain.data);
    return send(plain).then(function (answer) {
      var xhr = { status: answer.status, statusText: answer.statusText, responseText: answer.body };
      if (answer.status >= 200 && answer.status < 300) {
        if (success) success(answer.body, "success", xhr);
        return { body: answer.body, xhr: xhr };
      }
      if (error) error(xhr, "error", answer.statusText);
      if (!success && !error) throw { err: answer.body, xhr: xhr };
      return undefined;
    });
  };
})();
