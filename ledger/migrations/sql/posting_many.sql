-- Many postings in one round trip, all or nothing (L14), with the same guarantees as ledger_post. Arrays of one length per
-- posting (p_…), per different account (a_…) and per line (l_…; l_posting and l_account are the 1-based places of its posting
-- and account). Keys within one call differ.
-- Answers one row for each posting that did not simply go into the journal under its own id and on its own day; or a single row
-- of status conflict or insufficient when nothing was posted.

CREATE FUNCTION ledger_post_many(
    p_ids uuid[], p_keys text[], p_entities uuid[], p_rules text[], p_kinds text[], p_currencies text[], p_sources text[],
    p_fingerprints text[], p_payloads text[], p_intents text[], p_players text[], p_days date[], p_reverses uuid[],
    p_actor_kind text, p_actor_id text, p_trace text, p_occurred timestamptz[], p_posted timestamptz,
    a_entities uuid[], a_kinds text[], a_holders text[], a_assets text[],
    l_posting int[], l_account int[], l_amounts numeric[], l_refs text[], l_labels text[]
) RETURNS TABLE (place int, status text, transaction_id uuid, day date, corrects date, lacking text) LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    xact bigint := pg_current_xact_id()::text::bigint;
    days date[] := p_days;
    moved boolean;
    fresh boolean[] := array_fill(true, ARRAY[cardinality(p_keys)]);
    accounts bigint[];
    locked ledger_wallet[];
    wallets ledger_wallet[];
    inserted uuid[];
    clash record;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Posting needs READ COMMITTED.' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    -- Each posting has lines of its own entity, in whole minor units, which sum to zero in each asset.
    IF (SELECT count(DISTINCT g.posting) = cardinality(p_keys) AND bool_and(g.is_good)
          FROM (SELECT l.posting, sum(l.amount) = 0 AND bool_and(l.amount = trunc(l.amount) AND a_entities[l.account] = p_entities[l.posting]) AS is_good
                  FROM unnest(l_posting, l_account, l_amounts) l(posting, account, amount) GROUP BY l.posting, a_assets[l.account]) g)
       IS NOT TRUE THEN
        RAISE EXCEPTION 'A posting has no lines, lines of another entity, or lines that are not whole minor units that sum to zero in each asset.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT coalesce(bool_or(ledger_open_day(d.entity, d.day) <> d.day), false) INTO moved
      FROM (SELECT DISTINCT p.entity, p.day FROM unnest(p_entities, p_days) p(entity, day)) d;
    IF moved THEN
        SELECT array_agg(ledger_open_day(p.entity, p.day) ORDER BY p.n) INTO days
          FROM unnest(p_entities, p_days) WITH ORDINALITY p(entity, day, n);
    END IF;

    locked := ledger_lock_wallets(a_entities, a_kinds, a_holders, a_assets);

    -- Which keys are posted already, and is any of them other content?
    FOR clash IN
        SELECT p.n, t.id, t.fingerprint <> p.print AS differs FROM unnest(p_keys, p_fingerprints) WITH ORDINALITY p(key, print, n)
          JOIN LATERAL (SELECT x.id, x.fingerprint FROM ledger_journal_transaction x WHERE x.posting_key = p.key OFFSET 0) t ON true
    LOOP
        IF clash.differs THEN
            RETURN QUERY SELECT clash.n::int, 'conflict', clash.id, NULL::date, NULL::date, NULL::text;
            RETURN;
        END IF;
        fresh[clash.n] := false;
    END LOOP;

    -- Is there enough in every wallet, all together?
    wallets := ledger_changed_wallets(locked, a_entities, a_kinds, a_holders, a_assets, l_posting, l_account, l_amounts, fresh);
    SELECT ledger_lacking(w, 0, 0, 0, 0, 0) AS lacks, w.owner_ref, w.asset INTO clash FROM unnest(wallets) w
     WHERE w.playable_minor < 0 OR w.pending_minor < 0 OR w.locked_minor < 0 OR w.bonus_minor < 0 OR w.receivable_minor < 0 LIMIT 1;
    IF FOUND THEN
        RETURN QUERY SELECT l.posting, 'insufficient', NULL::uuid, NULL::date, NULL::date, clash.lacks
                       FROM unnest(l_posting, l_account) l(posting, account)
                      WHERE a_holders[l.account] = clash.owner_ref AND a_assets[l.account] = clash.asset ORDER BY l.posting LIMIT 1;
        RETURN;
    END IF;

    accounts := ledger_account_ids(a_entities, a_kinds, a_holders, a_assets);
    IF array_position(accounts, NULL) IS NOT NULL THEN
        PERFORM ledger_open_accounts(a_entities, a_kinds, a_holders, a_assets);
        accounts := ledger_account_ids(a_entities, a_kinds, a_holders, a_assets);
    END IF;

    PERFORM set_config('ledger.door', 'open', true);
    WITH t AS (
        INSERT INTO ledger_journal_transaction (id, posting_key, entity_id, rule, kind, currency, source, fingerprint, payload_sha256,
               intent_ref, player_ref, business_date, corrects_date, reverses_id, actor_kind, actor_id, trace_id, occurred_at, posted_at, xact_id)
        SELECT p.id, p.key, p.entity, p.rule, p.kind, p.currency, p.source::jsonb, p.print, p.payload, p.intent, p.player,
               p.open_day, CASE WHEN p.open_day <> p.day THEN p.day END, p.reverses, p_actor_kind, p_actor_id, p_trace, p.occurred, p_posted, xact
          FROM unnest(p_ids, p_keys, p_entities, p_rules, p_kinds, p_currencies, p_sources, p_fingerprints, p_payloads, p_intents, p_players,
                      p_days, days, p_reverses, p_occurred, fresh)
               p(id, key, entity, rule, kind, currency, source, print, payload, intent, player, day, open_day, reverses, occurred, is_fresh)
         WHERE p.is_fresh ORDER BY p.key
        ON CONFLICT (posting_key) DO NOTHING
        RETURNING id
    ), e AS (
        INSERT INTO ledger_entry (transaction_id, account_id, asset, amount_minor, business_date, ref, label)
        SELECT t.id, accounts[l.account], a_assets[l.account], l.amount, days[l.posting], l.ref, l.label
          FROM unnest(l_posting, l_account, l_amounts, l_refs, l_labels) WITH ORDINALITY l(posting, account, amount, ref, label, n)
          JOIN t ON t.id = p_ids[l.posting]
         ORDER BY l.n
    )
    SELECT coalesce(array_agg(t.id), '{}') INTO inserted FROM t;
    PERFORM set_config('ledger.door', '', true);

    IF cardinality(inserted) < cardinality(array_positions(fresh, true)) THEN
        -- A key was taken since it was looked for. By other content: an error, for rows are written already.
        SELECT p.key, t.id INTO clash
          FROM unnest(p_keys, p_fingerprints, fresh) p(key, print, is_fresh) JOIN ledger_journal_transaction t ON t.posting_key = p.key
         WHERE p.is_fresh AND t.fingerprint <> p.print LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'Posting key % already names transaction %.', clash.key, clash.id
                USING ERRCODE = 'CR001', DETAIL = json_build_object('key', clash.key, 'existing_id', clash.id)::text;
        END IF;
        SELECT array_agg(i.id IS NOT NULL ORDER BY p.n) INTO fresh
          FROM unnest(p_ids) WITH ORDINALITY p(id, n) LEFT JOIN unnest(inserted) i(id) ON i.id = p.id;
        wallets := ledger_changed_wallets(locked, a_entities, a_kinds, a_holders, a_assets, l_posting, l_account, l_amounts, fresh);
    END IF;

    UPDATE ledger_wallet w
       SET playable_minor = c.playable_minor, pending_minor = c.pending_minor, locked_minor = c.locked_minor, bonus_minor = c.bonus_minor,
           receivable_minor = c.receivable_minor
      FROM unnest(wallets) c WHERE w.id = c.id;

    IF moved OR false = ANY (fresh) THEN
        RETURN QUERY
            SELECT p.n::int, CASE WHEN p.is_new THEN 'posted' ELSE 'existing' END, t.id, t.business_date, t.corrects_date, NULL::text
              FROM unnest(p_keys, p_days, fresh) WITH ORDINALITY p(key, day, is_new, n)
              JOIN ledger_journal_transaction t ON t.posting_key = p.key
             WHERE NOT p.is_new OR t.business_date <> p.day;
    END IF;
END $$;

-- The locked wallets as they will be once the fresh postings are in the journal.
CREATE FUNCTION ledger_changed_wallets(
    p_wallets ledger_wallet[], a_entities uuid[], a_kinds text[], a_holders text[], a_assets text[], l_posting int[], l_account int[],
    l_amounts numeric[], fresh boolean[]
) RETURNS ledger_wallet[] LANGUAGE sql AS $$
    SELECT array_agg(ROW(w.id, w.owner_ref, w.asset, w.playable_minor + d.playable, w.pending_minor + d.pending, w.locked_minor + d.locked,
                         w.bonus_minor + d.bonus, w.receivable_minor + d.receivable, w.entity_id)::ledger_wallet)
      FROM (SELECT a.entity, a.holder, a.asset,
                   coalesce(-sum(l.total) FILTER (WHERE a.kind = 'playable'), 0) AS playable,
                   coalesce(-sum(l.total) FILTER (WHERE a.kind = 'pending'), 0) AS pending,
                   coalesce(-sum(l.total) FILTER (WHERE a.kind = 'locked'), 0) AS locked,
                   coalesce(-sum(l.total) FILTER (WHERE a.kind = 'bonus'), 0) AS bonus,
                   coalesce(sum(l.total) FILTER (WHERE a.kind = 'receivable'), 0) AS receivable
              FROM (SELECT x.account, sum(x.amount) AS total FROM unnest(l_posting, l_account, l_amounts) x(posting, account, amount)
                     WHERE fresh[x.posting] GROUP BY x.account) l
              JOIN unnest(a_entities, a_kinds, a_holders, a_assets) WITH ORDINALITY a(entity, kind, holder, asset, n) ON a.n = l.account
             WHERE a.kind IN ('playable', 'pending', 'locked', 'bonus', 'receivable')
             GROUP BY a.entity, a.holder, a.asset) d
      JOIN unnest(p_wallets) w ON w.owner_ref = d.holder AND w.asset = d.asset AND w.entity_id = d.entity
$$;

-- Account ids in the order asked, NULL where there is none yet: one look into the index for each, whatever the planner thinks.
CREATE FUNCTION ledger_account_ids(a_entities uuid[], a_kinds text[], a_holders text[], a_assets text[]) RETURNS bigint[]
LANGUAGE sql STABLE AS $$
    SELECT array_agg((SELECT x.id FROM ledger_account x
                       WHERE x.owner_ref = a.holder AND x.asset = a.asset AND x.kind = a.kind AND x.entity_id = a.entity) ORDER BY a.n)
      FROM unnest(a_entities, a_kinds, a_holders, a_assets) WITH ORDINALITY a(entity, kind, holder, asset, n)
$$;

-- Make the wallet rows that are missing and lock all of them, in one order for everybody: opposite transfers don't deadlock.
CREATE FUNCTION ledger_lock_wallets(a_entities uuid[], a_kinds text[], a_holders text[], a_assets text[]) RETURNS ledger_wallet[]
LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint;
    locked ledger_wallet[];
BEGIN
    FOR attempt IN 1 .. 2 LOOP
        -- Owners are sorted first; each one's row is looked up and locked when its turn comes.
        SELECT count(*), coalesce(array_agg(l.w) FILTER (WHERE (l.w).id IS NOT NULL), '{}') INTO wanted, locked FROM (
            SELECT (SELECT x FROM ledger_wallet x WHERE x.owner_ref = o.holder AND x.asset = o.asset AND x.entity_id = o.entity FOR UPDATE) AS w
              FROM (SELECT DISTINCT a.holder, a.asset, a.entity FROM unnest(a_entities, a_kinds, a_holders, a_assets) a(entity, kind, holder, asset)
                     WHERE a.kind IN ('playable', 'pending', 'locked', 'bonus', 'receivable')
                     ORDER BY a.holder, a.asset, a.entity OFFSET 0) o
            OFFSET 0) l;
        EXIT WHEN wanted = cardinality(locked);
        -- Some rows are missing. Those locked stay locked; an owner of none yet can't be waited for by anybody.
        INSERT INTO ledger_wallet (entity_id, owner_ref, asset, playable_minor, pending_minor, locked_minor, bonus_minor, receivable_minor)
        SELECT DISTINCT a.entity, a.holder, a.asset, 0, 0, 0, 0, 0 FROM unnest(a_entities, a_kinds, a_holders, a_assets) a(entity, kind, holder, asset)
         WHERE a.kind IN ('playable', 'pending', 'locked', 'bonus', 'receivable')
           AND NOT EXISTS (SELECT FROM ledger_wallet w WHERE w.owner_ref = a.holder AND w.asset = a.asset AND w.entity_id = a.entity)
         ORDER BY a.holder, a.asset, a.entity
        ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN locked;
END $$;

-- One door: the application's role reads the journal, and writes it through these two functions only.
REVOKE EXECUTE ON FUNCTION ledger_post, ledger_post_many FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'countroom_app') THEN
        REVOKE INSERT ON ledger_account, ledger_journal_transaction, ledger_entry FROM countroom_app;
        GRANT EXECUTE ON FUNCTION ledger_post, ledger_post_many TO countroom_app;
    END IF;
END $$;
