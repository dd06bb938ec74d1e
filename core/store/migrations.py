"""The schema, as numbered steps. A step is never changed once it has shipped; a change is a new step at the end."""

from collections.abc import Iterable

import duckdb

from core.errors import UserError

STEPS: tuple[tuple[str, str], ...] = (
    (
        "first schema",
        """
        CREATE TABLE suites (
            suite_hash VARCHAR PRIMARY KEY, suite_id VARCHAR, name VARCHAR, system VARCHAR,
            description VARCHAR, source VARCHAR, licence VARCHAR
        );
        CREATE TABLE items (
            suite_hash VARCHAR, position INTEGER, item_id VARCHAR, text VARCHAR, item_values VARCHAR[],
            domain VARCHAR, region VARCHAR, options JSON, starter BOOLEAN,
            PRIMARY KEY (suite_hash, item_id)
        );
        CREATE TABLE runs (
            run_id VARCHAR PRIMARY KEY, name VARCHAR, kind VARCHAR, plan JSON, suite_hash VARCHAR, system VARCHAR,
            recogniser VARCHAR, measure VARCHAR, planned INTEGER, state VARCHAR, message VARCHAR,
            created_at TIMESTAMP, started_at TIMESTAMP, ended_at TIMESTAMP
        );
        CREATE TABLE responses (
            run_id VARCHAR, trial_id BIGINT, model VARCHAR, item_id VARCHAR, variation VARCHAR, epoch INTEGER,
            outcome VARCHAR, truncated BOOLEAN, text VARCHAR, choice VARCHAR, option_probs JSON, option_mass DOUBLE,
            error_kind VARCHAR, error VARCHAR, attempts INTEGER, latency_s DOUBLE,
            tokens_in INTEGER, tokens_out INTEGER, cost_usd DOUBLE, arrived_at TIMESTAMP,
            PRIMARY KEY (run_id, trial_id)
        );
        CREATE TABLE recognised (
            run_id VARCHAR, trial_id BIGINT, recogniser VARCHAR, status VARCHAR, message VARCHAR,
            tokens_in INTEGER, tokens_out INTEGER, cost_usd DOUBLE, recognised_at TIMESTAMP,
            PRIMARY KEY (run_id, trial_id, recogniser)
        );
        CREATE TABLE recognitions (
            run_id VARCHAR, trial_id BIGINT, model VARCHAR, item_id VARCHAR, recogniser VARCHAR,
            value VARCHAR, stance VARCHAR, strength DOUBLE, evidence JSON, note VARCHAR
        );
        CREATE TABLE profiles (
            name VARCHAR PRIMARY KEY, system VARCHAR, weights JSON, saved_at TIMESTAMP
        );
        """,
    ),
    (
        "profiles made of means: a person's, a survey group's, a mixture's",
        """
        ALTER TABLE profiles ADD COLUMN means JSON;
        ALTER TABLE profiles ADD COLUMN sds JSON;
        ALTER TABLE profiles ADD COLUMN source VARCHAR;
        """,
    ),
    (
        "answers that ended at the length limit are an outcome of their own",
        """
        UPDATE responses SET outcome = 'truncated' WHERE truncated AND (
            (outcome = 'ok' AND choice IS NULL) OR (outcome = 'unparsed' AND starts_with(variation, 'closed-'))
        );
        """,
    ),
    (
        "a ledger of every call, replies that can be used again, limits, plans that were extended",
        """
        CREATE TABLE calls (
            run_id VARCHAR, session INTEGER, model VARCHAR, role VARCHAR, kind VARCHAR, ended_at TIMESTAMP,
            latency_s DOUBLE, tokens_in INTEGER, tokens_out INTEGER, cost_usd DOUBLE
        );
        CREATE TABLE replies (
            key BIGINT PRIMARY KEY, digest VARCHAR, model VARCHAR, text VARCHAR, finish VARCHAR,
            tokens_in INTEGER, tokens_out INTEGER, latency_s DOUBLE, option_probs JSON, option_mass DOUBLE,
            stored_at TIMESTAMP
        );
        CREATE TABLE earlier_plans (
            run_id VARCHAR, plan JSON, suite_hash VARCHAR, planned INTEGER, replaced_at TIMESTAMP
        );
        ALTER TABLE runs ADD COLUMN limits JSON DEFAULT '{}';
        ALTER TABLE runs ADD COLUMN session INTEGER DEFAULT 1;
        ALTER TABLE responses ADD COLUMN cached BOOLEAN DEFAULT false;
        INSERT INTO calls
            SELECT run_id, 1, model, 'model', coalesce(error_kind, 'ok'), arrived_at,
                   coalesce(latency_s, 0), tokens_in, tokens_out, cost_usd
            FROM responses WHERE attempts > 0;
        INSERT INTO calls
            SELECT run_id, 1, recogniser, 'judge', status, recognised_at, 0, tokens_in, tokens_out, cost_usd
            FROM recognised WHERE starts_with(recogniser, 'judge:');
        """,
    ),
    (
        "sums of the runs that have ended, taken when one is next looked at",
        """
        CREATE TABLE summarised (run_id VARCHAR, token VARCHAR, complete BOOLEAN);
        CREATE TABLE item_sums (
            run_id VARCHAR, model VARCHAR, item_id VARCHAR, value VARCHAR, n BIGINT, total DOUBLE
        );
        CREATE TABLE item_counts (
            run_id VARCHAR, model VARCHAR, item_id VARCHAR, open BOOLEAN, outcome VARCHAR, n BIGINT, scored BIGINT
        );
        """,
    ),
    (
        "how well recognisers read labelled texts",
        """
        CREATE TABLE benches (
            bench_id VARCHAR PRIMARY KEY, recogniser VARCHAR, measure VARCHAR, calibrated BOOLEAN, system VARCHAR,
            data_name VARCHAR, data_hash VARCHAR, split VARCHAR, texts INTEGER, unread INTEGER, made_at TIMESTAMP
        );
        CREATE TABLE bench_figures (
            bench_id VARCHAR, value VARCHAR, kind VARCHAR, name VARCHAR,
            estimate DOUBLE, low DOUBLE, high DOUBLE, n INTEGER, reason VARCHAR
        );
        CREATE TABLE bench_texts (
            bench_id VARCHAR, position INTEGER, question VARCHAR, text VARCHAR, status VARCHAR, message VARCHAR
        );
        CREATE TABLE bench_readings (
            bench_id VARCHAR, position INTEGER, value VARCHAR, label VARCHAR, stance VARCHAR, strength DOUBLE
        );
        """,
    ),
    (
        "several readings of one run, and checks of a judge",
        """
        CREATE TABLE readings (
            run_id VARCHAR, recogniser VARCHAR, reader JSON, state VARCHAR, message VARCHAR,
            started_at TIMESTAMP, ended_at TIMESTAMP, PRIMARY KEY (run_id, recogniser)
        );
        CREATE TABLE judge_checks (
            run_id VARCHAR, recogniser VARCHAR, probe VARCHAR, answers INTEGER, stances INTEGER, changed INTEGER,
            taken INTEGER, taken_changed INTEGER, checked_at TIMESTAMP
        );
        """,
    ),
    (
        "what was asked and said before the last call of a trial",
        "ALTER TABLE responses ADD COLUMN steps JSON;",
    ),
    (
        "searches for questions that tell models apart",
        """
        CREATE TABLE searches (
            search_id VARCHAR PRIMARY KEY, name VARCHAR, plan JSON, limits JSON, session INTEGER, state VARCHAR,
            message VARCHAR, created_at TIMESTAMP, ended_at TIMESTAMP
        );
        CREATE TABLE search_questions (
            search_id VARCHAR, question_id VARCHAR, pull INTEGER, topic VARCHAR, parent VARCHAR, origin VARCHAR,
            text VARCHAR, status VARCHAR, why VARCHAR, score DOUBLE, divergence DOUBLE, distance DOUBLE,
            across DOUBLE, p DOUBLE, rates DOUBLE[][], PRIMARY KEY (search_id, question_id)
        );
        CREATE TABLE search_pulls (
            search_id VARCHAR, pull INTEGER, topic VARCHAR, reward DOUBLE, arms JSON, PRIMARY KEY (search_id, pull)
        );
        CREATE TABLE search_answers (
            search_id VARCHAR, question VARCHAR, draw INTEGER, member VARCHAR, stance VARCHAR, points VARCHAR[],
            shows DOUBLE[][], text VARCHAR, fault VARCHAR, PRIMARY KEY (search_id, question, draw, member)
        );
        """,
    ),
    (
        "exams of judges, and what judges replied word by word",
        """
        CREATE TABLE exams (
            exam_id VARCHAR PRIMARY KEY, recogniser VARCHAR, exam_hash VARCHAR, system VARCHAR, tasks INTEGER,
            calls INTEGER, cost_usd DOUBLE, taken_at TIMESTAMP
        );
        CREATE TABLE exam_marks (
            exam_id VARCHAR, position INTEGER, task VARCHAR, kind VARCHAR, value VARCHAR, expected VARCHAR,
            said VARCHAR, is_right BOOLEAN, note VARCHAR, words VARCHAR[], question VARCHAR, answer VARCHAR
        );
        ALTER TABLE recognised ADD COLUMN replies VARCHAR[];
        """,
    ),
    (
        "what people read in answers: labels beside the recognisers' readings, never in their place",
        """
        CREATE TABLE labels (
            label_id BIGINT PRIMARY KEY, run_id VARCHAR, trial_id BIGINT, labeller VARCHAR, kind VARCHAR,
            drawn VARCHAR, seed BIGINT, blind BOOLEAN, note VARCHAR,
            labelled_at TIMESTAMP, revealed_at TIMESTAMP, withdrawn_at TIMESTAMP
        );
        CREATE TABLE label_values (
            label_id BIGINT, run_id VARCHAR, value VARCHAR, stance VARCHAR, intensity INTEGER, evidence JSON
        );
        """,
    ),
    (
        "offline recognisers estimate a leaning beside presence",
        "ALTER TABLE recognitions ADD COLUMN leaning DOUBLE;",
    ),
    (
        "item banks validated on people, with their files, ratings and published answers",
        """
        CREATE TABLE banks (
            bank_id VARCHAR PRIMARY KEY, name VARCHAR, validated BOOLEAN, bank_hash VARCHAR, source VARCHAR,
            licence VARCHAR, missing VARCHAR[], lost JSON, made_at TIMESTAMP
        );
        CREATE TABLE bank_items (
            bank_id VARCHAR, position INTEGER, query VARCHAR, option VARCHAR, title VARCHAR, text VARCHAR,
            response VARCHAR, source VARCHAR, rater_group VARCHAR, expresses VARCHAR[]
        );
        CREATE TABLE bank_correlations (
            bank_id VARCHAR, kind VARCHAR, position INTEGER, dimension VARCHAR, rho DOUBLE, p DOUBLE, n INTEGER
        );
        CREATE TABLE bank_figures (
            bank_id VARCHAR, dimension VARCHAR, chance DOUBLE, chance_high DOUBLE, validity_tags DOUBLE,
            validity_weighted DOUBLE, people INTEGER
        );
        CREATE TABLE bank_checks (bank_id VARCHAR, position INTEGER, name VARCHAR, ok BOOLEAN, sentence VARCHAR);
        CREATE TABLE bank_files (bank_id VARCHAR, path VARCHAR, role VARCHAR, sha256 VARCHAR, size BIGINT);
        CREATE TABLE bank_templates (bank_id VARCHAR, variation VARCHAR, kind VARCHAR, text VARCHAR);
        CREATE TABLE bank_ratings (
            bank_id VARCHAR, rater_group VARCHAR, item_id VARCHAR, rater VARCHAR, rating DOUBLE
        );
        CREATE TABLE bank_raters (bank_id VARCHAR, rater VARCHAR, dimension VARCHAR, score DOUBLE);
        CREATE TABLE bank_answers (
            bank_id VARCHAR, model VARCHAR, item_id VARCHAR, variation VARCHAR, value DOUBLE
        );
        CREATE TABLE bank_scores (
            bank_id VARCHAR, model VARCHAR, dimension VARCHAR, centred DOUBLE, raw DOUBLE, sd DOUBLE, n INTEGER
        );
        """,
    ),
    (
        "studies of one's own: items, pseudonymous sittings, what each look at the ratings decided",
        """
        CREATE TABLE studies (
            study_id VARCHAR, name VARCHAR, questionnaire VARCHAR, planned INTEGER, stage VARCHAR, made_at TIMESTAMP
        );
        CREATE TABLE study_items (
            study_id VARCHAR, position INTEGER, query VARCHAR, option VARCHAR, title VARCHAR, text VARCHAR,
            response VARCHAR, source VARCHAR, expresses VARCHAR[], state VARCHAR
        );
        CREATE TABLE study_raters (
            study_id VARCHAR, code VARCHAR, consent VARCHAR, consented_at TIMESTAMP, finished_at TIMESTAMP
        );
        CREATE TABLE study_ratings (
            study_id VARCHAR, code VARCHAR, position INTEGER, kind VARCHAR, item_id VARCHAR, rating INTEGER,
            seconds DOUBLE
        );
        CREATE TABLE study_scores (study_id VARCHAR, code VARCHAR, value VARCHAR, score DOUBLE);
        CREATE TABLE study_looks (
            study_id VARCHAR, look INTEGER, made_at TIMESTAMP, raters INTEGER, planned INTEGER, left_out INTEGER,
            provisional INTEGER, validated INTEGER, rule JSON, bank_id VARCHAR
        );
        """,
    ),
    (
        "what the official Value Compass site published, as a person imported it",
        """
        CREATE TABLE compass_editions (
            edition_id VARCHAR, name VARCHAR, source VARCHAR, measured VARCHAR, hash VARCHAR, licence VARCHAR,
            scales VARCHAR[], missing VARCHAR[], notes VARCHAR[], imported_at TIMESTAMP
        );
        CREATE TABLE compass_files (edition_id VARCHAR, path VARCHAR, role VARCHAR, sha256 VARCHAR, size BIGINT);
        CREATE TABLE compass_models (
            edition_id VARCHAR, position INTEGER, model VARCHAR, developer VARCHAR, kind VARCHAR, released DATE,
            website VARCHAR, report VARCHAR
        );
        CREATE TABLE compass_scores (
            edition_id VARCHAR, position INTEGER, system VARCHAR, model VARCHAR, value VARCHAR, score DOUBLE,
            given DOUBLE
        );
        CREATE TABLE compass_cases (
            edition_id VARCHAR, position INTEGER, system VARCHAR, model VARCHAR, value VARCHAR, score DOUBLE,
            label VARCHAR, question VARCHAR, answer VARCHAR, start INTEGER, stop INTEGER
        );
        CREATE TABLE compass_cells (
            edition_id VARCHAR, position INTEGER, model VARCHAR, country VARCHAR, figure DOUBLE
        );
        """,
    ),
    (
        "what each part of an answer shows, where it was read in parts",
        "ALTER TABLE recognised ADD COLUMN parts JSON;",
    ),
    (
        "searches keep wordings, pairs and the published score; models that sit a pool of questions later",
        """
        ALTER TABLE search_questions ADD COLUMN published DOUBLE;
        ALTER TABLE search_questions ADD COLUMN pair VARCHAR;
        ALTER TABLE search_questions ADD COLUMN wordings VARCHAR[];
        CREATE TABLE sittings (
            sitting_id VARCHAR PRIMARY KEY, search_id VARCHAR, plan JSON, limits JSON, session INTEGER, state VARCHAR,
            message VARCHAR, created_at TIMESTAMP, ended_at TIMESTAMP
        );
        CREATE TABLE sitting_answers (
            sitting_id VARCHAR, search_id VARCHAR, question_id VARCHAR, step INTEGER, stance VARCHAR, points VARCHAR[],
            shows DOUBLE[][], text VARCHAR, fault VARCHAR, PRIMARY KEY (sitting_id, question_id)
        );
        """,
    ),
)
NEWEST = len(STEPS)


def version(con: duckdb.DuckDBPyConnection) -> int | None:
    """The schema version of an open file: 0 for an empty one, None for one that is another program's."""
    sql = "SELECT table_name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal"
    tables = {row[0] for row in con.execute(sql).fetchall()}
    if not tables >= {"schema_version", "recognitions"}:
        return None if tables else 0
    row = con.execute("SELECT max(v) FROM schema_version").fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def migrate(con: duckdb.DuckDBPyConnection, name: str) -> int:
    """Bring an open file to the newest schema; returns the version it had. Each step has its own transaction, but those
    of an empty file share one, which takes half the time.

    Raises UserError, with the file untouched, when it is another program's or newer than this code.
    """
    found = version(con)
    if found is None:
        raise UserError(f"{name} is a DuckDB file of another program. Choose another file for the store.")
    if found > NEWEST:
        raise UserError(
            f"{name} was written by a newer Polycompass (schema {found}, this one knows {NEWEST}). "
            "Update Polycompass, or choose another store. Nothing was changed."
        )
    missing = range(found + 1, NEWEST + 1)
    for together in [[number] for number in missing] if found else [missing]:
        _apply(con, together)
    return found


def _apply(con: duckdb.DuckDBPyConnection, numbers: Iterable[int]) -> None:
    con.execute("BEGIN")
    try:
        con.execute(
            "CREATE TABLE IF NOT EXISTS schema_version"
            " (v INTEGER PRIMARY KEY, title VARCHAR, applied_at TIMESTAMP DEFAULT (now() AT TIME ZONE 'UTC'))"
        )
        for number in numbers:
            title, sql = STEPS[number - 1]
            con.execute(sql)
            con.execute("INSERT INTO schema_version (v, title) VALUES (?, ?)", [number, title])
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
