-- The one door to the journal (L3, L6, L14, L16). Order within a posting, always: wallets, accounts, posting key; so two
-- postings that meet can't wait for each other. Refusals are answers, not errors: the caller's transaction stays usable.
-- Statuses: posted | existing | conflict | insufficient.

-- The day into which a posting of `wanted` goes: that day while it is open, else the next open one (L16). A day without
-- a row is open unless a later one was closed.
CREATE FUNCTION ledger_open_day(p_entity uuid, p_wanted date) RETURNS date LANGUAGE plpgsql AS $$
DECLARE
    last_closed date;
    reopened date;
BEGIN
    SELECT max(date) INTO last_closed FROM ledger_business_day WHERE entity_id = p_entity AND date >= p_wanted AND NOT is_open;
    IF last_closed IS NULL THEN
        RETURN p_wanted;
    END IF;
    SELECT min(date) INTO reopened FROM ledger_business_day
     WHERE entity_id = p_entity AND date >= p_wanted AND is_open;
    RETURN least(reopened, last_closed + 1);
END $$;

-- One posting that touches one wallet or none. What nearly every posting is (the day is open, wallet and accounts exist, there is
-- money, the key is new) is one statement; all else goes to ledger_post_many. Plans are generic: planning anew for each call would
-- cost more than the call.
CREATE FUNCTION ledger_post(
    p_id uuid, p_key text, p_entity uuid, p_rule text, p_kind text, p_currency text, p_source text, p_fingerprint text, p_payload text,
    p_intent text, p_player text, p_day date, p_reverses uuid, p_actor_kind text, p_actor_id text, p_trace text,
    p_occurred timestamptz, p_posted timestamptz,
    p_kinds text[], p_holders text[], p_assets text[], p_amounts numeric[], p_refs text[], p_labels text[],
    OUT status text, OUT transaction_id uuid, OUT day date, OUT corrects date, OUT lacking text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    xact bigint := pg_current_xact_id()::text::bigint;
    wallet_id bigint;
    owner text;
    coin text;
    d_playable numeric := 0;
    d_pending numeric := 0;
    d_locked numeric := 0;
    d_bonus numeric := 0;
    d_receivable numeric := 0;
    total numeric := 0;
    is_one_asset boolean := true;
    is_whole boolean := true;
    door text;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Posting needs READ COMMITTED.' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    FOR i IN 1 .. cardinality(p_kinds) LOOP
        total := total + p_amounts[i];
        is_whole := is_whole AND p_amounts[i] = trunc(p_amounts[i]);
        is_one_asset := is_one_asset AND p_assets[i] = p_assets[1];
        CASE p_kinds[i]
            WHEN 'playable' THEN d_playable := d_playable - p_amounts[i];
            WHEN 'locked' THEN d_locked := d_locked - p_amounts[i];
            WHEN 'pending' THEN d_pending := d_pending - p_amounts[i];
            WHEN 'bonus' THEN d_bonus := d_bonus - p_amounts[i];
            WHEN 'receivable' THEN d_receivable := d_receivable + p_amounts[i];
            ELSE CONTINUE;
        END CASE;
        IF owner IS NOT NULL AND (owner <> p_holders[i] OR coin <> p_assets[i]) THEN
            RAISE EXCEPTION 'ledger_post takes one wallet, ledger_post_many takes more.' USING ERRCODE = 'invalid_parameter_value';
        END IF;
        owner := p_holders[i];
        coin := p_assets[i];
    END LOOP;
    IF cardinality(p_kinds) < 2 OR (is_whole AND total = 0) IS NOT TRUE
       OR NOT is_one_asset AND EXISTS (SELECT FROM unnest(p_assets, p_amounts) l(asset, amount) GROUP BY l.asset HAVING sum(l.amount) <> 0) THEN
        RAISE EXCEPTION 'The lines of % are not whole minor units that sum to zero in each asset.', p_key USING ERRCODE = 'integrity_constraint_violation';
    END IF;

    -- The database transaction has its id by now; only then, in a new statement, is the day read (L16). Each line's account is one
    -- look into the index, whatever the planner thinks of the table's size. `gate` has a row once the wallet is changed, or none is.
    door := set_config('ledger.door', 'open', true);
    WITH line AS MATERIALIZED (
        SELECT l.asset, l.amount, l.ref, l.label,
               (SELECT a.id FROM ledger_account a
                 WHERE a.owner_ref = l.holder AND a.asset = l.asset AND a.kind = l.kind AND a.entity_id = p_entity) AS account_id
          FROM unnest(p_kinds, p_holders, p_assets, p_amounts, p_refs, p_labels) l(kind, holder, asset, amount, ref, label)
    ), w AS (
        UPDATE ledger_wallet w SET playable_minor = w.playable_minor + d_playable, pending_minor = w.pending_minor + d_pending,
               locked_minor = w.locked_minor + d_locked, bonus_minor = w.bonus_minor + d_bonus,
               receivable_minor = w.receivable_minor + d_receivable
         WHERE w.owner_ref = owner AND w.asset = coin AND w.entity_id = p_entity
           AND w.playable_minor + d_playable >= 0 AND w.pending_minor + d_pending >= 0 AND w.locked_minor + d_locked >= 0
           AND w.bonus_minor + d_bonus >= 0 AND w.receivable_minor + d_receivable >= 0
           AND NOT EXISTS (SELECT FROM ledger_business_day b WHERE b.entity_id = p_entity AND b.date >= p_day AND NOT b.is_open)
           AND NOT EXISTS (SELECT FROM line WHERE line.account_id IS NULL)
        RETURNING w.id
    ), gate AS (
        SELECT w.id FROM w
         UNION ALL
        SELECT NULL WHERE owner IS NULL
           AND NOT EXISTS (SELECT FROM ledger_business_day b WHERE b.entity_id = p_entity AND b.date >= p_day AND NOT b.is_open)
           AND NOT EXISTS (SELECT FROM line WHERE line.account_id IS NULL)
    ), t AS (
        INSERT INTO ledger_journal_transaction (id, posting_key, entity_id, rule, kind, currency, source, fingerprint, payload_sha256,
               intent_ref, player_ref, business_date, reverses_id, actor_kind, actor_id, trace_id, occurred_at, posted_at, xact_id)
        SELECT p_id, p_key, p_entity, p_rule, p_kind, p_currency, p_source::jsonb, p_fingerprint, p_payload,
               p_intent, p_player, p_day, p_reverses, p_actor_kind, p_actor_id, p_trace, p_occurred, p_posted, xact
          FROM gate
        ON CONFLICT (posting_key) DO NOTHING
        RETURNING id
    ), e AS (
        INSERT INTO ledger_entry (transaction_id, account_id, asset, amount_minor, business_date, ref, label)
        SELECT p_id, line.account_id, line.asset, line.amount, p_day, line.ref, line.label FROM t, line
    )
    SELECT (SELECT w.id FROM w), (SELECT t.id FROM t) INTO wallet_id, transaction_id;
    door := set_config('ledger.door', '', true);

    IF transaction_id IS NOT NULL THEN
        status := 'posted';
        day := p_day;
        RETURN;
    END IF;
    IF wallet_id IS NOT NULL THEN
        -- The key was taken: what was done to the wallet is undone.
        UPDATE ledger_wallet w SET playable_minor = w.playable_minor - d_playable, pending_minor = w.pending_minor - d_pending,
               locked_minor = w.locked_minor - d_locked, bonus_minor = w.bonus_minor - d_bonus,
               receivable_minor = w.receivable_minor - d_receivable
         WHERE w.id = wallet_id;
    END IF;
    SELECT m.status, m.transaction_id, m.day, m.corrects, m.lacking INTO status, transaction_id, day, corrects, lacking
      FROM ledger_post_many(
               ARRAY[p_id], ARRAY[p_key], ARRAY[p_entity], ARRAY[p_rule], ARRAY[p_kind], ARRAY[p_currency], ARRAY[p_source], ARRAY[p_fingerprint],
               ARRAY[p_payload], ARRAY[p_intent], ARRAY[p_player], ARRAY[p_day], ARRAY[p_reverses], p_actor_kind, p_actor_id, p_trace,
               ARRAY[p_occurred], p_posted, array_fill(p_entity, ARRAY[cardinality(p_kinds)]), p_kinds, p_holders, p_assets,
               array_fill(1, ARRAY[cardinality(p_kinds)]), ARRAY(SELECT generate_series(1, cardinality(p_kinds))), p_amounts, p_refs, p_labels) m;
    IF NOT FOUND THEN
        status := 'posted';
        transaction_id := p_id;
        day := p_day;
    END IF;
END $$;

-- What a wallet lacks for these changes, as JSON {kind, holder, asset, missing_minor}.
CREATE FUNCTION ledger_lacking(w ledger_wallet, d_playable numeric, d_pending numeric, d_locked numeric, d_bonus numeric, d_receivable numeric)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT json_build_object('kind', k.kind, 'holder', w.owner_ref, 'asset', w.asset, 'missing_minor', (-k.rest)::text)::text
      FROM (VALUES ('playable', w.playable_minor + d_playable), ('pending', w.pending_minor + d_pending), ('locked', w.locked_minor + d_locked),
                   ('bonus', w.bonus_minor + d_bonus), ('receivable', w.receivable_minor + d_receivable)) k(kind, rest)
     WHERE k.rest < 0 LIMIT 1
$$;

-- Make the accounts that don't exist yet, in one order for everybody.
CREATE FUNCTION ledger_open_accounts(p_entities uuid[], p_kinds text[], p_holders text[], p_assets text[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO ledger_account (entity_id, kind, owner_ref, asset)
    SELECT DISTINCT l.entity, l.kind, l.holder, l.asset FROM unnest(p_entities, p_kinds, p_holders, p_assets) l(entity, kind, holder, asset)
     WHERE NOT EXISTS (SELECT FROM ledger_account a
                        WHERE a.owner_ref = l.holder AND a.asset = l.asset AND a.kind = l.kind AND a.entity_id = l.entity)
     ORDER BY l.holder, l.asset, l.kind, l.entity
    ON CONFLICT DO NOTHING
$$;

-- Room on each page, so that a changed balance stays on its page and no index is touched.
ALTER TABLE ledger_wallet SET (fillfactor = 70);
