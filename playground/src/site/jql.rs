//! The part of JQL that apps use for catching up: comparisons joined by AND, and an order.

use super::{Issue, Site};
use crate::moment::{now_millis, parse_jql_time};

/// A query that this site cannot answer.
#[derive(Debug, thiserror::Error)]
#[error("Error in the JQL Query: {0}")]
pub struct Unanswerable(pub String);

impl Site {
    /// Issues that match, in the order asked for (newest change first unless it says otherwise).
    pub fn search(&self, jql: &str) -> Result<Vec<&Issue>, Unanswerable> {
        let lower = jql.to_lowercase();
        let at = lower.find("order by").unwrap_or(jql.len());
        let clauses = clauses(&jql[..at])?;
        let mut found = Vec::new();
        for issue in self.issues.values() {
            let mut all = true;
            for clause in &clauses {
                all = all && self.matches(issue, clause)?;
            }
            if all {
                found.push(issue);
            }
        }
        let order = lower[at..].trim_start_matches("order by").trim();
        let (field, ascending) = match order.split_once(' ') {
            Some((field, direction)) => (field, !direction.trim().starts_with("desc")),
            None => (order, true),
        };
        match field {
            "created" => found.sort_by_key(|i| (i.created, i.id)),
            "key" | "issuekey" | "id" => found.sort_by_key(|i| i.id),
            _ => found.sort_by_key(|i| (i.updated, i.id)),
        }
        if !ascending || order.is_empty() {
            found.reverse();
        }
        Ok(found)
    }

    fn matches(&self, issue: &Issue, clause: &Clause) -> Result<bool, Unanswerable> {
        let project = self.project_of(issue);
        let own = match clause.field.as_str() {
            "updated" | "created" => {
                let own = if clause.field == "updated" {
                    issue.updated
                } else {
                    issue.created
                };
                return compare_time(own, clause);
            }
            "project" => vec![
                project.key.clone(),
                project.id.to_string(),
                project.name.clone(),
            ],
            "key" | "issuekey" | "id" | "issue" => vec![issue.key.clone(), issue.id.to_string()],
            "status" => vec![issue.status.clone()],
            "priority" => vec![issue.priority.clone()],
            "issuetype" | "type" => vec![issue.kind.clone()],
            "reporter" => vec![issue.reporter.clone()],
            "assignee" => issue.assignee.iter().cloned().collect(),
            "labels" => issue.labels.clone(),
            other => return Err(Unanswerable(format!("Field '{other}' does not exist."))),
        };
        let hit = clause
            .values
            .iter()
            .any(|v| own.iter().any(|o| o.eq_ignore_ascii_case(v)));
        match clause.operator.as_str() {
            "=" | "in" => Ok(hit),
            "!=" | "not in" => Ok(!hit),
            other => Err(Unanswerable(format!(
                "operator '{other}' does not fit the field"
            ))),
        }
    }
}

fn compare_time(own: i64, clause: &Clause) -> Result<bool, Unanswerable> {
    let text = clause.values.first().map_or("", String::as_str);
    let at = relative(text)
        .or_else(|| text.parse::<i64>().ok())
        .or_else(|| parse_jql_time(text))
        .ok_or_else(|| Unanswerable(format!("Date value '{text}' is invalid.")))?;
    match clause.operator.as_str() {
        ">=" => Ok(own >= at),
        ">" => Ok(own > at),
        "<=" => Ok(own <= at),
        "<" => Ok(own < at),
        other => Err(Unanswerable(format!(
            "operator '{other}' does not fit a date"
        ))),
    }
}

/// `-15m`, `-2h`, `-1d`.
fn relative(text: &str) -> Option<i64> {
    let unit = match text.chars().last()? {
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 86_400_000,
        'w' => 604_800_000,
        _ => return None,
    };
    let count: i64 = text[..text.len() - 1].parse().ok()?;
    Some(now_millis() + count * unit)
}

#[derive(Debug, PartialEq, Eq)]
struct Clause {
    field: String,
    operator: String,
    values: Vec<String>,
}

fn clauses(text: &str) -> Result<Vec<Clause>, Unanswerable> {
    let words = words(text);
    let mut clauses = Vec::new();
    for group in words.split(|w| !w.quoted && w.text.eq_ignore_ascii_case("and")) {
        let refused = || Unanswerable(format!("cannot read the clause near '{}'", text.trim()));
        let [field, operator, rest @ ..] = group else {
            return Err(refused());
        };
        let mut operator = operator.text.to_lowercase();
        let mut rest = rest;
        if operator == "not" {
            "not in".clone_into(&mut operator);
            rest = rest.get(1..).ok_or_else(refused)?;
        }
        if rest.is_empty()
            || group
                .iter()
                .any(|w| !w.quoted && w.text.eq_ignore_ascii_case("or"))
        {
            return Err(refused());
        }
        clauses.push(Clause {
            field: field.text.to_lowercase(),
            operator,
            values: rest.iter().map(|w| w.text.clone()).collect(),
        });
    }
    Ok(clauses)
}

struct Word {
    text: String,
    quoted: bool,
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mut word = String::new();
        let mut quoted = false;
        if c == '"' || c == '\'' {
            quoted = true;
            word.extend(chars.by_ref().take_while(|next| *next != c));
        } else if "=!<>".contains(c) {
            word.push(c);
            if chars.peek() == Some(&'=') {
                word.extend(chars.next());
            }
        } else if !c.is_whitespace() && !"(),".contains(c) {
            word.push(c);
            while let Some(next) =
                chars.next_if(|n| !n.is_whitespace() && !"=!<>(),\"'".contains(*n))
            {
                word.push(next);
            }
        }
        if quoted || !word.is_empty() {
            words.push(Word { text: word, quoted });
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(jql: &str) -> Vec<String> {
        let site = Site::seeded("http://site.test");
        let found = site.search(jql).unwrap();
        found.iter().map(|i| i.key.clone()).collect()
    }

    #[test]
    fn queries_find_what_they_name() {
        assert_eq!(keys("project = DEV ORDER BY key ASC"), ["DEV-1", "DEV-2"]);
        assert_eq!(
            keys("issuekey in (ITH-1, \"ITH-3\") order by id desc"),
            ["ITH-3", "ITH-1"]
        );
        assert_eq!(
            keys("project=ITH AND status != Resolved AND key not in (ITH-1,ITH-2) ORDER BY key"),
            ["ITH-3", "ITH-5"]
        );
        assert_eq!(
            keys("updated >= -150m order by updated asc"),
            ["DEV-2", "ITH-1"]
        );
        assert_eq!(
            keys("updated >= \"1970-01-01 00:00\" and project = 10000").len(),
            5
        );
    }

    #[test]
    fn queries_it_cannot_answer_are_refused() {
        let site = Site::seeded("http://site.test");
        for jql in [
            "",
            "project",
            "colour = red",
            "updated >= soon",
            "key = A or key = B",
        ] {
            assert!(site.search(jql).is_err(), "{jql}");
        }
    }
}
