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

-- One posting of at most one wallet; every other kind goes through ledger_post_many. Plans are generic: planning anew for each
-- call would cost more than the call.
CREATE FUNCTION ledger_post(
    p_id uuid, p_key text, p_entity uuid, p_rule text, p_kind text, p_currency text, p_source text, p_fingerprint text, p_payload text,
    p_intent text, p_player text, p_day date, p_reverses uuid, p_actor_kind text, p_actor_id text, p_trace text,
    p_occurred timestamptz, p_posted timestamptz,
    p_kinds text[], p_holders text[], p_assets text[], p_amounts numeric[], p_refs text[], p_labels text[],
    OUT status text, OUT transaction_id uuid, OUT day date, OUT corrects date, OUT lacking text
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    xact bigint := pg_current_xact_id()::text::bigint;
    wallet ledger_wallet;
    owner text;
    coin text;
    d_playable numeric := 0;
    d_pending numeric := 0;
    d_locked numeric := 0;
    d_bonus numeric := 0;
    d_receivable numeric := 0;
    is_closed boolean;
    accounts bigint[];
    entities uuid[];
    earlier_print text;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Posting needs READ COMMITTED.' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    -- The database transaction has its id by now; only then, in a new statement, is the day read (L16). The same statement looks
    -- up the accounts: one look into the index per line, whatever the planner thinks of the table's size.
    SELECT EXISTS (SELECT FROM ledger_business_day b WHERE b.entity_id = p_entity AND b.date >= p_day AND NOT b.is_open),
           ARRAY(SELECT (SELECT a.id FROM ledger_account a
                          WHERE a.owner_ref = l.holder AND a.asset = l.asset AND a.kind = l.kind AND a.entity_id = p_entity)
                   FROM unnest(p_kinds, p_holders, p_assets) l(kind, holder, asset))
      INTO is_closed, accounts;
    day := CASE WHEN is_closed THEN ledger_open_day(p_entity, p_day) ELSE p_day END;
    corrects := CASE WHEN day <> p_day THEN p_day END;

    FOR i IN 1 .. cardinality(p_kinds) LOOP
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

    -- The wallet: locked and changed in one statement where its row exists and holds enough.
    IF owner IS NOT NULL THEN
        UPDATE ledger_wallet w SET playable_minor = w.playable_minor + d_playable, pending_minor = w.pending_minor + d_pending,
               locked_minor = w.locked_minor + d_locked, bonus_minor = w.bonus_minor + d_bonus,
               receivable_minor = w.receivable_minor + d_receivable
         WHERE w.owner_ref = owner AND w.asset = coin AND w.entity_id = p_entity
           AND w.playable_minor + d_playable >= 0 AND w.pending_minor + d_pending >= 0 AND w.locked_minor + d_locked >= 0
           AND w.bonus_minor + d_bonus >= 0 AND w.receivable_minor + d_receivable >= 0
        RETURNING w.id INTO wallet.id;
        IF NOT FOUND THEN
            wallet := ledger_make_wallet(p_entity, owner, coin);
            lacking := ledger_lacking(wallet, d_playable, d_pending, d_locked, d_bonus, d_receivable);
            IF lacking IS NULL THEN
                UPDATE ledger_wallet w SET playable_minor = w.playable_minor + d_playable, pending_minor = w.pending_minor + d_pending,
                       locked_minor = w.locked_minor + d_locked, bonus_minor = w.bonus_minor + d_bonus,
                       receivable_minor = w.receivable_minor + d_receivable
                 WHERE w.id = wallet.id;
            END IF;
        END IF;
    END IF;

    IF lacking IS NULL THEN
        IF array_position(accounts, NULL) IS NOT NULL THEN
            entities := array_fill(p_entity, ARRAY[cardinality(p_kinds)]);
            PERFORM ledger_open_accounts(entities, p_kinds, p_holders, p_assets);
            accounts := ledger_account_ids(entities, p_kinds, p_holders, p_assets);
        END IF;

        WITH t AS (
            INSERT INTO ledger_journal_transaction (id, posting_key, entity_id, rule, kind, currency, source, fingerprint, payload_sha256,
                   intent_ref, player_ref, business_date, corrects_date, reverses_id, actor_kind, actor_id, trace_id, occurred_at, posted_at, xact_id)
            VALUES (p_id, p_key, p_entity, p_rule, p_kind, p_currency, p_source::jsonb, p_fingerprint, p_payload,
                    p_intent, p_player, day, corrects, p_reverses, p_actor_kind, p_actor_id, p_trace, p_occurred, p_posted, xact)
            ON CONFLICT (posting_key) DO NOTHING
            RETURNING id
        ), e AS (
            INSERT INTO ledger_entry (transaction_id, account_id, asset, amount_minor, business_date, ref, label)
            SELECT t.id, l.account, l.asset, l.amount, day, l.ref, l.label
              FROM t, unnest(accounts, p_assets, p_amounts, p_refs, p_labels) l(account, asset, amount, ref, label)
        )
        SELECT t.id INTO transaction_id FROM t;
        IF transaction_id IS NOT NULL THEN
            status := 'posted';
            RETURN;
        END IF;
        -- The key was taken: what was done to the wallet is undone.
        UPDATE ledger_wallet w SET playable_minor = w.playable_minor - d_playable, pending_minor = w.pending_minor - d_pending,
               locked_minor = w.locked_minor - d_locked, bonus_minor = w.bonus_minor - d_bonus,
               receivable_minor = w.receivable_minor - d_receivable
         WHERE w.id = wallet.id;
    END IF;

    -- Not posted: the key is taken, or money is missing. A key already posted wins, its money moved long ago.
    SELECT x.id, x.fingerprint, x.business_date, x.corrects_date INTO transaction_id, earlier_print, day, corrects
      FROM ledger_journal_transaction x WHERE x.posting_key = p_key;
    status := CASE WHEN transaction_id IS NULL THEN 'insufficient' WHEN earlier_print = p_fingerprint THEN 'existing' ELSE 'conflict' END;
END $$;

-- The wallet's row, made if it is missing, locked.
CREATE FUNCTION ledger_make_wallet(p_entity uuid, p_owner text, p_asset text) RETURNS ledger_wallet LANGUAGE plpgsql AS $$
DECLARE
    wallet ledger_wallet;
BEGIN
    INSERT INTO ledger_wallet (entity_id, owner_ref, asset, playable_minor, pending_minor, locked_minor, bonus_minor, receivable_minor)
    VALUES (p_entity, p_owner, p_asset, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING;
    SELECT * INTO STRICT wallet FROM ledger_wallet w
     WHERE w.owner_ref = p_owner AND w.asset = p_asset AND w.entity_id = p_entity FOR UPDATE;
    RETURN wallet;
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
