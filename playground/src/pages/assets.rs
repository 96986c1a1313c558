//! Scripts and styles inside the binary.

macro_rules! own {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/pages/", $name))
    };
}

macro_rules! npm {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/node_modules/", $name))
    };
}

const FILES: [(&str, &str); 15] = [
    ("tokens.css", own!("tokens.css")),
    ("site.css", own!("site.css")),
    ("portal.css", own!("portal.css")),
    ("three.css", own!("three.css")),
    ("holdings.css", own!("holdings.css")),
    ("dom.js", own!("dom.js")),
    ("site.js", own!("site.js")),
    ("chrome.js", own!("chrome.js")),
    ("host.js", own!("host.js")),
    ("agent.js", own!("agent.js")),
    ("portal.js", own!("portal.js")),
    ("admin.js", own!("admin.js")),
    ("three.js", own!("three.js")),
    ("holdings.js", own!("holdings.js")),
    ("jquery.js", npm!("jquery/dist/jquery.min.js")),
];

const CONNECT_HOST: &str = npm!("atlassian-connect-js/dist/connect-host.js");

/// Content type and text of a file.
pub fn find(name: &str) -> Option<(&'static str, &'static str)> {
    let text = match name {
        "connect-host.js" => CONNECT_HOST,
        other => FILES.iter().find(|(file, _)| *file == other)?.1,
    };
    let kind = match name.ends_with(".css") {
        true => "text/css; charset=utf-8",
        false => "text/javascript; charset=utf-8",
    };
    Some((kind, text))
}

/// The panel's side of the bridge, as published on npm, and the product's own part of it.
pub const BRIDGE_SCRIPT: &str = concat!(
    include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/node_modules/atlassian-connect-js/dist/iframe.js"
    )),
    "\n",
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/pages/product.js"))
);
