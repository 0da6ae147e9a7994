-- Many postings in one round trip, all or nothing (L14), with the same guarantees as ledger_post. Arrays of one length per
-- posting (p_…) and per line (l_…; l_posting is the 1-based place of its posting). Keys within one call differ.
-- Answers one row per posting, or a single row of status conflict or insufficient when nothing was posted.

CREATE FUNCTION ledger_post_many(
    p_ids uuid[], p_keys text[], p_entities uuid[], p_rules text[], p_kinds text[], p_currencies text[], p_sources text[],
    p_fingerprints text[], p_payloads text[], p_intents text[], p_players text[], p_days date[], p_reverses uuid[],
    p_actor_kind text, p_actor_id text, p_trace text, p_occurred timestamptz[], p_posted timestamptz,
    l_posting int[], l_kinds text[], l_holders text[], l_assets text[], l_amounts numeric[], l_refs text[], l_labels text[]
) RETURNS TABLE (place int, status text, transaction_id uuid, day date, corrects date, lacking text) LANGUAGE plpgsql
    SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    xact bigint := pg_current_xact_id()::text::bigint;
    days date[];
    l_entities uuid[];
    fresh boolean[];
    inserted uuid[];
    clash record;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Posting needs READ COMMITTED.' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    WITH wanted AS (
        SELECT p.entity, p.day, p.n FROM unnest(p_entities, p_days) WITH ORDINALITY p(entity, day, n)
    ), opened AS MATERIALIZED (
        SELECT d.entity, d.day, ledger_open_day(d.entity, d.day) AS open_day FROM (SELECT DISTINCT entity, day FROM wanted) d
    )
    SELECT array_agg(o.open_day ORDER BY w.n) INTO days FROM wanted w JOIN opened o USING (entity, day);
    SELECT array_agg(p_entities[l.posting] ORDER BY l.n) INTO l_entities FROM unnest(l_posting) WITH ORDINALITY l(posting, n);

    PERFORM ledger_lock_wallets(l_entities, l_kinds, l_holders, l_assets);

    -- Which keys are new, and is any taken by other content?
    SELECT array_agg(t.id IS NULL ORDER BY p.n) INTO fresh
      FROM unnest(p_keys) WITH ORDINALITY p(key, n) LEFT JOIN ledger_journal_transaction t ON t.posting_key = p.key;
    SELECT p.n, t.id INTO clash
      FROM unnest(p_keys, p_fingerprints) WITH ORDINALITY p(key, print, n) JOIN ledger_journal_transaction t ON t.posting_key = p.key
     WHERE t.fingerprint <> p.print ORDER BY p.n LIMIT 1;
    IF FOUND THEN
        RETURN QUERY SELECT clash.n::int, 'conflict', clash.id, NULL::date, NULL::date, NULL::text;
        RETURN;
    END IF;

    -- Is there enough in every wallet, all together?
    SELECT d.first_place AS n, ledger_lacking(w, d.playable, d.pending, d.locked, d.bonus, d.receivable) AS lacks INTO clash
      FROM ledger_wallet_changes(l_entities, l_posting, l_kinds, l_holders, l_assets, l_amounts, fresh) d
      JOIN ledger_wallet w ON w.owner_ref = d.holder AND w.asset = d.asset AND w.entity_id = d.entity
     WHERE ledger_lacking(w, d.playable, d.pending, d.locked, d.bonus, d.receivable) IS NOT NULL
     ORDER BY d.first_place LIMIT 1;
    IF FOUND THEN
        RETURN QUERY SELECT clash.n, 'insufficient', NULL::uuid, NULL::date, NULL::date, clash.lacks;
        RETURN;
    END IF;

    PERFORM ledger_open_accounts(l_entities, l_kinds, l_holders, l_assets);

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
        SELECT t.id,
               (SELECT a.id FROM ledger_account a WHERE a.owner_ref = l.holder AND a.asset = l.asset AND a.kind = l.kind AND a.entity_id = l.entity),
               l.asset, l.amount, days[l.posting], l.ref, l.label
          FROM unnest(l_entities, l_posting, l_kinds, l_holders, l_assets, l_amounts, l_refs, l_labels)
               l(entity, posting, kind, holder, asset, amount, ref, label)
          JOIN t ON t.id = p_ids[l.posting]
    )
    SELECT coalesce(array_agg(t.id), '{}') INTO inserted FROM t;

    -- A key may have been taken since it was looked for. By other content: an error, for rows are written already.
    SELECT p.key, t.id INTO clash
      FROM unnest(p_ids, p_keys, p_fingerprints, fresh) p(id, key, print, is_fresh) JOIN ledger_journal_transaction t ON t.posting_key = p.key
     WHERE p.is_fresh AND t.id <> p.id AND t.fingerprint <> p.print LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Posting key % already names transaction %.', clash.key, clash.id
            USING ERRCODE = 'CR001', DETAIL = json_build_object('key', clash.key, 'existing_id', clash.id)::text;
    END IF;
    SELECT array_agg(i.id IS NOT NULL ORDER BY p.n) INTO fresh
      FROM unnest(p_ids) WITH ORDINALITY p(id, n) LEFT JOIN unnest(inserted) i(id) ON i.id = p.id;

    UPDATE ledger_wallet w
       SET playable_minor = w.playable_minor + d.playable, pending_minor = w.pending_minor + d.pending,
           locked_minor = w.locked_minor + d.locked, bonus_minor = w.bonus_minor + d.bonus, receivable_minor = w.receivable_minor + d.receivable
      FROM ledger_wallet_changes(l_entities, l_posting, l_kinds, l_holders, l_assets, l_amounts, fresh) d
     WHERE w.owner_ref = d.holder AND w.asset = d.asset AND w.entity_id = d.entity;

    RETURN QUERY
        SELECT p.n::int, CASE WHEN p.is_new THEN 'posted' ELSE 'existing' END, t.id, t.business_date, t.corrects_date, NULL::text
          FROM unnest(p_keys, fresh) WITH ORDINALITY p(key, is_new, n) JOIN ledger_journal_transaction t ON t.posting_key = p.key
         ORDER BY p.n;
END $$;

-- Sums of what the fresh postings change in each wallet, signs as shown to people.
CREATE FUNCTION ledger_wallet_changes(l_entities uuid[], l_posting int[], l_kinds text[], l_holders text[], l_assets text[], l_amounts numeric[], fresh boolean[])
RETURNS TABLE (entity uuid, holder text, asset text, first_place int, playable numeric, pending numeric, locked numeric, bonus numeric, receivable numeric)
LANGUAGE sql STABLE AS $$
    SELECT l.entity, l.holder, l.asset, min(l.posting),
           coalesce(-sum(l.amount) FILTER (WHERE l.kind = 'playable'), 0), coalesce(-sum(l.amount) FILTER (WHERE l.kind = 'pending'), 0),
           coalesce(-sum(l.amount) FILTER (WHERE l.kind = 'locked'), 0), coalesce(-sum(l.amount) FILTER (WHERE l.kind = 'bonus'), 0),
           coalesce(sum(l.amount) FILTER (WHERE l.kind = 'receivable'), 0)
      FROM unnest(l_entities, l_posting, l_kinds, l_holders, l_assets, l_amounts) l(entity, posting, kind, holder, asset, amount)
     WHERE l.kind IN ('playable', 'pending', 'locked', 'bonus', 'receivable') AND fresh[l.posting]
     GROUP BY l.entity, l.holder, l.asset
$$;

-- Make the wallet rows that are missing and lock all of them, in one order for everybody: opposite transfers don't deadlock.
CREATE FUNCTION ledger_lock_wallets(l_entities uuid[], l_kinds text[], l_holders text[], l_assets text[]) RETURNS void LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    INSERT INTO ledger_wallet (entity_id, owner_ref, asset, playable_minor, pending_minor, locked_minor, bonus_minor, receivable_minor)
    SELECT DISTINCT l.entity, l.holder, l.asset, 0, 0, 0, 0, 0 FROM unnest(l_entities, l_kinds, l_holders, l_assets) l(entity, kind, holder, asset)
     WHERE l.kind IN ('playable', 'pending', 'locked', 'bonus', 'receivable')
       AND NOT EXISTS (SELECT FROM ledger_wallet w WHERE w.owner_ref = l.holder AND w.asset = l.asset AND w.entity_id = l.entity)
     ORDER BY l.holder, l.asset, l.entity
    ON CONFLICT DO NOTHING;
    PERFORM FROM ledger_wallet w
      JOIN (SELECT DISTINCT l.entity, l.holder, l.asset FROM unnest(l_entities, l_kinds, l_holders, l_assets) l(entity, kind, holder, asset)
             WHERE l.kind IN ('playable', 'pending', 'locked', 'bonus', 'receivable')) l
        ON w.owner_ref = l.holder AND w.asset = l.asset AND w.entity_id = l.entity
     ORDER BY w.owner_ref, w.asset, w.entity_id FOR UPDATE OF w;
END $$;
