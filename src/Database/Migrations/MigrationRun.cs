using Npgsql;

namespace RlsChat.Database;

// One attempt at one migration.
internal sealed class MigrationRun(NpgsqlConnection connection, MigrationOptions options)
{
    // The schemas whose objects db/ describes.
    internal static readonly string[] Schemas = ["public", "auth", "app_private", "monitor"];

    public async Task<MigrationResult> Execute(CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.Execute("set local lock_timeout = '15s'");
        await connection.Execute("set local client_min_messages = warning");
        await connection.Execute("set local search_path = ''");
        await UnfinishedRestore.Refuse(connection);
        var applied = await Journal.Read(connection);
        var plan = new MigrationPlan(options.Scripts, applied, options.All);
        var removals = new Removals(connection, options.Scripts, applied.Keys);
        var isDue = !plan.IsEmpty || (applied.Count > 0 && await AreDue(removals));
        var drift = isDue ? await DriftBefore() : [];

        if (isDue)
        {
            await Apply(plan, removals);
            await BecomeOwner();
            await Journal.Flush(connection, plan);
            await Finish(drift);
        }

        await SetPasswords();
        if (options.DryRun)
        {
            await transaction.RollbackAsync(cancellation);
        }
        else
        {
            await transaction.CommitAsync(cancellation);
            await RunAlone(plan.Alone, drift, cancellation);
        }

        return new MigrationResult(
            [.. plan.Run.Select(script => script.Name)], [.. plan.Alone.Select(script => script.Name)],
            plan.Removed, plan.Moved, [.. removals.Dropped], drift);
    }

    private async Task<bool> AreDue(Removals removals)
    {
        await BecomeOwner();
        return await removals.AreDue();
    }

    private async Task<List<Drift>> DriftBefore()
    {
        if (!await Fingerprints.Exist(connection))
        {
            return [];
        }

        await BecomeOwner();
        return options.All && !await Fingerprints.AreOfThisServer(connection) ? [] : await Fingerprints.Compare(connection);
    }

    private async Task Apply(MigrationPlan plan, Removals removals)
    {
        await connection.Execute("set local role none");
        await Apply(plan, "roles");
        await BecomeOwner();
        await Apply(plan, "schema");
        await removals.DropWhatNothingNeeds();
        await ApplyRepeatable(plan);
        await removals.DropTheRest();
        await CheckBodies();
        await connection.Execute("set local role none");
        await removals.DropRoles();
    }

    private async Task ApplyRepeatable(MigrationPlan plan)
    {
        await connection.Execute("set local check_function_bodies = off");
        var grant = plan.Run.Any(script => script.Folder is "functions" or "triggers") ? await DefinersOnSchemas() : null;
        if (grant is var (schemas, definers))
        {
            await connection.Execute($"grant create on schema {schemas} to {definers}");
        }

        await Apply(plan, "functions", "views", "triggers");
        if (grant is not null)
        {
            await connection.Execute($"revoke create on schema {grant.Value.Schemas} from {grant.Value.Definers}");
        }

        await Apply(plan, "policies");
        await connection.Execute("set local check_function_bodies = on");
    }

    // Of every function of ours: a changed table or view may have broken one whose file did not change.
    private async Task CheckBodies()
    {
        try
        {
            await connection.Execute(
                """
                select case l.lanname when 'sql' then pg_catalog.fmgr_sql_validator(p.oid)
                  else pg_catalog.plpgsql_validator(p.oid) end
                from pg_catalog.pg_proc p join pg_catalog.pg_language l on l.oid = p.prolang
                where p.pronamespace::regnamespace::text = any($1) and l.lanname in ('sql', 'plpgsql')
                  and has_function_privilege(p.oid, 'execute')
                """,
                (object)Schemas);
        }
        catch (PostgresException e)
        {
            var body = e.InternalQuery ?? "";
            var script = options.Scripts.FirstOrDefault(script => body != "" && script.Sql.Contains(body, StringComparison.Ordinal));
            throw ScriptExecution.Failure(script, script?.Sql.IndexOf(body, StringComparison.Ordinal) ?? 0, e);
        }
    }

    private async Task Apply(MigrationPlan plan, params string[] folders)
    {
        foreach (var script in plan.Run.Where(script => folders.Contains(script.Folder)))
        {
            await ScriptExecution.Run(connection, script);
        }
    }

    // `alter function … owner to a definer` needs CREATE on the schema, which a definer has only here.
    private async Task<(string Schemas, string Definers)?> DefinersOnSchemas()
    {
        var schemas = await connection.Query(
            row => row.GetString(0),
            "select nspname::text from pg_catalog.pg_namespace where nspname = any($1)", (object)Schemas);
        var definers = await connection.Query(
            row => row.GetString(0), "select rolname::text from pg_catalog.pg_roles where rolname = any($1)",
            (object)Declarations.FunctionOwners(options.Scripts).ToArray());
        return schemas.Count == 0 || definers.Count == 0
            ? null
            : (string.Join(", ", schemas), string.Join(", ", definers));
    }

    private async Task BecomeOwner() => await connection.Execute("set local role rlschat_owner");

    private async Task Finish(List<Drift> drift)
    {
        if (await Catalog.FunctionExists(connection, "app_private", "ensure_builtin_rows"))
        {
            await connection.Execute("select app_private.ensure_builtin_rows()");
        }

        // Deferred constraints speak now, while there is still something to refuse.
        await connection.Execute("set constraints all immediate");
        if (await Fingerprints.Exist(connection))
        {
            await Fingerprints.Store(connection, drift);
        }
    }

    private async Task SetPasswords()
    {
        await connection.Execute("set local role none");
        await LoginPasswords.Set(connection, options.ApiPassword, options.AuthPassword, options.LivePassword, options.ExplainPassword);
    }

    private async Task RunAlone(IReadOnlyList<Script> scripts, List<Drift> drift, CancellationToken cancellation)
    {
        if (scripts.Count == 0)
        {
            return;
        }

        await connection.Execute("set role rlschat_owner");
        foreach (var script in scripts)
        {
            await ScriptExecution.Run(connection, script);
            await Journal.Write(connection, script);
        }

        if (await Fingerprints.Exist(connection))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await Fingerprints.Store(connection, drift);
            await transaction.CommitAsync(cancellation);
        }
    }
}
