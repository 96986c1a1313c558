//! Panel pages: a frame of ours inside a page of the host. Small, static but for one block of
//! JSON, and closed by a content security policy that names the host's bridge script alone.

use poem::Response;
use poem::http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

/// What one panel page needs.
#[derive(Debug)]
pub struct Frame<'a> {
    /// Address of the host's `all.js`.
    pub bridge_script: &'a str,
    /// Origins that may show the frame: the tenant's, never more.
    pub ancestors: &'a [String],
    /// Path of the surface's script.
    pub script: &'a str,
    /// Paths of scripts that it will ask for at once: fetched beside it, not after it.
    pub preload: &'a [&'a str],
    /// Path of the style sheet.
    pub style: &'a str,
    pub title: &'a str,
}

/// Renders the page. `start` is what the script begins with; it is JSON in a block that never
/// runs, so nothing of it can become markup or code.
pub fn page(frame: &Frame<'_>, start: &impl Serialize) -> Result<Response, serde_json::Error> {
    let start = serde_json::to_string(start)?
        .replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029");
    let preload: String = frame
        .preload
        .iter()
        .map(|path| {
            format!(
                "<link rel=\"modulepreload\" href=\"{}\">\n",
                attribute(path)
            )
        })
        .collect();
    let html = format!(
        concat!(
            "<!doctype html>\n<html lang=\"en\" data-color-mode=\"auto\">\n<head>\n",
            "<meta charset=\"utf-8\">\n",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
            "<meta name=\"robots\" content=\"noindex\">\n",
            "<title>{title}</title>\n",
            "<link rel=\"stylesheet\" href=\"{style}\">\n",
            "{preload}<script id=\"start\" type=\"application/json\">{start}</script>\n",
            "<script src=\"{bridge}\" data-options=\"resize:false;margin:false\" defer></script>\n",
            "<script src=\"{script}\" type=\"module\"></script>\n",
            "</head>\n<body>\n<div id=\"panel\" class=\"ac-content\"></div>\n",
            "<noscript>This panel needs JavaScript: notes are encrypted and opened in your ",
            "browser, nowhere else.</noscript>\n</body>\n</html>\n"
        ),
        title = attribute(frame.title),
        style = attribute(frame.style),
        preload = preload,
        start = start,
        bridge = attribute(frame.bridge_script),
        script = attribute(frame.script),
    );
    let mut response = Response::builder()
        .status(StatusCode::OK)
        .content_type("text/html; charset=utf-8")
        .header(header::CACHE_CONTROL, "no-store")
        .body(html);
    if let Ok(policy) = HeaderValue::from_str(&policy(frame)) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let permissions = HeaderName::from_static("permissions-policy");
    let none = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
    response
        .headers_mut()
        .insert(permissions, HeaderValue::from_static(none));
    Ok(response)
}

fn policy(frame: &Frame<'_>) -> String {
    let ancestors = match frame.ancestors {
        [] => "'none'".to_owned(),
        some => some.join(" "),
    };
    format!(
        "default-src 'none'; script-src 'self' {}; style-src 'self'; connect-src 'self'; \
         img-src 'self' https: data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors {ancestors}",
        frame.bridge_script
    )
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame<'a>(ancestors: &'a [String]) -> Frame<'a> {
        Frame {
            bridge_script: "https://host.example/all.js",
            ancestors,
            script: "/assets/0/notes.js",
            preload: &["/assets/0/words.js", "/assets/0/\"quoted.js"],
            style: "/assets/0/panel.css",
            title: "Secure Notes",
        }
    }

    #[tokio::test]
    async fn nothing_of_the_start_becomes_markup() {
        let start = serde_json::json!({ "name": "</script><script>alert(1)</script>" });
        let response = page(&frame(&[]), &start).unwrap();
        let html = response.into_body().into_string().await.unwrap();
        assert!(!html.contains("<script>alert"), "{html}");
        let block = html.split("application/json\">").nth(1).unwrap();
        let block = block.split("</script>").next().unwrap();
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(block).unwrap(),
            start
        );
    }

    #[tokio::test]
    async fn what_the_script_asks_for_first_is_fetched_beside_it() {
        let response = page(&frame(&[]), &()).unwrap();
        let html = response.into_body().into_string().await.unwrap();
        for link in ["/assets/0/words.js", "/assets/0/&quot;quoted.js"] {
            let link = format!("<link rel=\"modulepreload\" href=\"{link}\">");
            assert!(html.contains(&link), "{html}");
        }
    }

    #[test]
    fn only_the_tenant_may_frame_the_page() {
        let ancestors =
            ["https://acme.example", "https://help.acme.example:8443"].map(str::to_owned);
        let response = page(&frame(&ancestors), &()).unwrap();
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(
            policy.ends_with("frame-ancestors https://acme.example https://help.acme.example:8443")
        );
        assert!(!policy.contains("unsafe-inline"));
        let response = page(&frame(&[]), &()).unwrap();
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.ends_with("frame-ancestors 'none'"));
    }
}
