//! Install, uninstall, enable, disable, rotation of the secret.

use serde_json::{Value, json};

use super::{Installed, descriptor};
use crate::chance;
use crate::host::{Inner, locked};
use crate::token::{self, LIFE_SECONDS};

#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error("the descriptor could not be fetched: {0}")]
    Fetch(String),
    #[error("the descriptor is refused: {}", .0.join("; "))]
    Descriptor(Vec<String>),
    #[error("the app answered {status} to {event}: {body}")]
    Callback {
        event: &'static str,
        status: u16,
        body: String,
    },
    #[error("the app could not be reached for {event}: {why}")]
    Unreachable { event: &'static str, why: String },
    #[error("no app is installed")]
    NotInstalled,
}

impl Inner {
    /// Fetches the descriptor and installs the app, or updates it where it is installed.
    pub async fn install(&self, descriptor_url: &str) -> Result<Installed, InstallError> {
        let descriptor = self.fetch_descriptor(descriptor_url).await?;
        let faults = descriptor::faults(&descriptor);
        if !faults.is_empty() {
            return Err(InstallError::Descriptor(faults));
        }
        let text = |name: &str| descriptor[name].as_str().unwrap_or_default().to_owned();
        let app = Installed {
            key: text("key"),
            name: text("name"),
            base_url: text("baseUrl"),
            descriptor_url: descriptor_url.to_owned(),
            client_key: self.client_key.clone(),
            shared_secret: secret(),
            oauth_client_id: chance::hex(&chance::bytes::<16>()),
            enabled: true,
            descriptor,
        };
        self.call_installed(app).await
    }

    /// Sends `installed` with a new secret to the app that is installed.
    pub async fn rotate_secret(&self) -> Result<Installed, InstallError> {
        let mut app = self.app().ok_or(InstallError::NotInstalled)?;
        app.shared_secret = secret();
        self.call_installed(app).await
    }

    /// The app may use its new secret as soon as it has it, so that the site must know it before
    /// the call; a refused install puts back what was there.
    async fn call_installed(&self, app: Installed) -> Result<Installed, InstallError> {
        let before = self.replace_app(Some(app.clone()));
        let mut body = self.lifecycle_body(&app, "installed");
        body["sharedSecret"] = json!(app.shared_secret);
        if let Err(error) = self.call_lifecycle(&app, "installed", &body).await {
            self.replace_app(before);
            return Err(error);
        }
        self.notify_lifecycle(&app, "enabled");
        Ok(app)
    }

    /// Gives the site another address, and tells the app by `installed`, as Jira does.
    pub async fn rename(&self, base_url: &str) -> Result<Installed, InstallError> {
        base_url.clone_into(&mut locked(&self.site).base_url);
        self.rotate_secret().await
    }

    /// Removes the app. What the app answers does not keep it.
    pub async fn uninstall(&self) -> Result<(), InstallError> {
        let app = self.replace_app(None).ok_or(InstallError::NotInstalled)?;
        if app.descriptor["lifecycle"]["uninstalled"].is_null() {
            return Ok(());
        }
        let body = self.lifecycle_body(&app, "uninstalled");
        self.call_lifecycle(&app, "uninstalled", &body).await
    }

    pub fn set_enabled(&self, enabled: bool) -> Result<(), InstallError> {
        let mut app = self.app().ok_or(InstallError::NotInstalled)?;
        app.enabled = enabled;
        self.replace_app(Some(app.clone()));
        self.notify_lifecycle(&app, if enabled { "enabled" } else { "disabled" });
        Ok(())
    }

    async fn fetch_descriptor(&self, url: &str) -> Result<Value, InstallError> {
        let fail = |why: String| InstallError::Fetch(why);
        let answer = self.http.get(url).send().await;
        let answer = answer.map_err(|e| fail(e.to_string()))?;
        if answer.status() != 200 {
            return Err(fail(format!("answered {}", answer.status())));
        }
        answer.json().await.map_err(|e| fail(e.to_string()))
    }

    pub fn lifecycle_body(&self, app: &Installed, event: &str) -> Value {
        let base_url = locked(&self.site).base_url.clone();
        json!({
            "key": app.key,
            "clientKey": app.client_key,
            "oauthClientId": app.oauth_client_id,
            "publicKey": "",
            "serverVersion": "100306",
            "pluginsVersion": "1001.0.0-SNAPSHOT",
            "baseUrl": base_url,
            "displayUrl": base_url,
            "displayUrlServicedeskHelpCenter": base_url,
            "productType": "jira",
            "description": format!("Atlassian Jira at {base_url}"),
            "cloudId": self.client_key,
            "eventType": event,
        })
    }

    fn lifecycle_address(app: &Installed, event: &str) -> Option<String> {
        app.descriptor["lifecycle"][event]
            .as_str()
            .map(|path| app.address(path))
    }

    /// `installed` and `uninstalled` are signed with the site's RSA key and awaited.
    async fn call_lifecycle(
        &self,
        app: &Installed,
        event: &'static str,
        body: &Value,
    ) -> Result<(), InstallError> {
        let url = Self::lifecycle_address(app, event).unwrap_or_default();
        let now = self.now_seconds();
        let claims = json!({
            "iss": app.client_key,
            "aud": [app.base_url],
            "sub": self.admin_account.clone(),
            "iat": now,
            "exp": now + LIFE_SECONDS,
            "qsh": token::of_url("POST", &url, &app.base_url),
        });
        let sent = self
            .http
            .post(&url)
            .header(
                "Authorization",
                format!("JWT {}", self.signer.sign(&claims)),
            )
            .json(body)
            .send()
            .await;
        let answer = sent.map_err(|e| InstallError::Unreachable {
            event,
            why: e.to_string(),
        })?;
        let status = answer.status().as_u16();
        if matches!(status, 200 | 204) {
            return Ok(());
        }
        let body = answer.text().await.unwrap_or_default();
        let body = body.chars().take(500).collect();
        Err(InstallError::Callback {
            event,
            status,
            body,
        })
    }

    /// `enabled` and `disabled` go out like webhooks.
    fn notify_lifecycle(&self, app: &Installed, event: &str) {
        if let Some(url) = Self::lifecycle_address(app, event) {
            let body = self.lifecycle_body(app, event);
            self.outbox()
                .send(event, None, &url, &body, &self.admin_account);
        }
    }
}

fn secret() -> String {
    format!("ATCO{}", chance::hex(&chance::bytes::<36>()))
}
