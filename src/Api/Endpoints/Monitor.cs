using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;
using RlsChat.Database;

namespace RlsChat.Api.Endpoints;

/// <summary>For operators: how the database protects people's rows, and its state. It shows no rows of people.</summary>
internal static class Monitor
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        // Created at the start, because the number of waiting requests is only published as changes.
        routes.ServiceProvider.GetRequiredService<PoolUsage>();
        var monitor = routes.MapGroup("/monitor");
        monitor.Raises("forbidden");
        monitor.MapGet("/policies", ListPolicies).WithName("monitor.policies")
            .WithSummary("Lists the policies: for whom, for what, their expressions, and why.");
        monitor.MapGet("/tables", ListTables).WithName("monitor.tables")
            .WithSummary("Lists the tables: whether policies hold, what is granted, how large they are.");
        monitor.MapGet("/activity", ListActivity).WithName("monitor.activity")
            .WithSummary("Counts the connections of the database by role, by state and by what they wait for.");
        monitor.MapGet("/statements", ListStatements).WithName("monitor.statements")
            .WithSummary("Lists the statements that took the most time, without constants and parameters.");
        monitor.MapGet("/pool", ListPools).WithName("monitor.pool")
            .WithSummary("Says how full this process's connection pools are.");
        monitor.MapGet("/standbys", ListStandbys).WithName("monitor.standbys")
            .WithSummary("Lists the standbys that answer reads, and how far behind they are.");
        monitor.MapGet("/checks", ListChecks).WithName("monitor.checks")
            .WithSummary("Lists what is not as it should be in the database.");
        monitor.MapGet("/migrations", ListMigrations).WithName("monitor.migrations")
            .WithSummary("Lists the files of db/ that the database has.");
    }

    /// <summary>A whole list: it is short, so it has no pages.</summary>
    /// <param name="Items">All entries.</param>
    internal sealed record Listing<T>(IReadOnlyList<T> Items);

    /// <summary>A policy.</summary>
    /// <param name="Table">The table of schema public.</param>
    /// <param name="Name">The policy's name.</param>
    /// <param name="Command"><c>select</c>, <c>insert</c>, <c>update</c> or <c>delete</c>.</param>
    /// <param name="Permissive">True: one such policy suffices. False: it is restrictive, and a row must also pass it.</param>
    /// <param name="Roles">For which database roles.</param>
    /// <param name="Using">Which rows it shows or lets touch; null for an insert.</param>
    /// <param name="Check">Which rows may come of it; null for what writes none.</param>
    /// <param name="Comment">Why.</param>
    internal sealed record Policy(
        string Table, string Name, string Command, bool Permissive,
        [property: JsonConverter(typeof(RawJsonTexts))] string Roles,
        string? Using, string? Check, string? Comment);

    /// <summary>A table of schema public.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Comment">What it is.</param>
    /// <param name="RlsEnabled">Whether policies hold.</param>
    /// <param name="RlsForced">Whether they hold for its owner too.</param>
    /// <param name="EstimatedRows">The planner's estimate; null before the first one.</param>
    /// <param name="Size">Octets on disk, with its indexes.</param>
    /// <param name="Policies">By command, their names.</param>
    /// <param name="Grants">By command and role, the columns; <c>*</c> for all.</param>
    internal sealed record Table(
        string Name, string? Comment, bool RlsEnabled, bool RlsForced, long? EstimatedRows, long Size,
        [property: JsonConverter(typeof(RawJson))] string Policies,
        [property: JsonConverter(typeof(RawJson))] string Grants);

    /// <summary>Connections of one role to this database that do the same.</summary>
    /// <param name="Role">The login.</param>
    /// <param name="State">As in pg_stat_activity; <c>hidden</c> for logins that are not this system's.</param>
    /// <param name="Wait">What they wait for; null: nothing.</param>
    /// <param name="Count">How many.</param>
    /// <param name="OldestTransaction">Seconds since the oldest of their transactions began; null: none is open.</param>
    internal sealed record Connections(string Role, string State, string? Wait, long Count, double? OldestTransaction);

    /// <summary>The statements that took the most time.</summary>
    /// <param name="Available">Whether the server counts them.</param>
    /// <param name="Why">Why it does not; null when it does.</param>
    /// <param name="Items">At most 100.</param>
    internal sealed record CostlyStatements(bool Available, string? Why, IReadOnlyList<Statement> Items);

    /// <summary>A statement.</summary>
    /// <param name="Role">Who ran it.</param>
    /// <param name="Calls">How often.</param>
    /// <param name="Rows">How many rows it returned or touched.</param>
    /// <param name="TotalMs">Milliseconds in all.</param>
    /// <param name="MeanMs">Milliseconds a call.</param>
    /// <param name="Query">Its text, without constants; null where that cannot be told.</param>
    internal sealed record Statement(string? Role, long? Calls, long? Rows, double? TotalMs, double? MeanMs, string? Query);

    /// <summary>A standby of <c>POSTGRES_READ_URL</c>, as this process last saw it.</summary>
    /// <param name="Host">Its address and port.</param>
    /// <param name="State"><c>standby</c>, <c>primary</c> (which answers no reads here), or <c>lost</c>: it does not answer.</param>
    /// <param name="LagSeconds">The age of what it shows; null: unknown.</param>
    /// <param name="IsUsed">Whether reads are sent to it.</param>
    internal sealed record Standby(string Host, string State, double? LagSeconds, bool IsUsed);

    /// <summary>A file of db/ that the database has.</summary>
    /// <param name="Name">The file.</param>
    /// <param name="Hash">SHA-256 of what was applied.</param>
    /// <param name="AppliedAt">When, in UTC.</param>
    /// <param name="IsCurrent">Whether this program was built with the same file.</param>
    internal sealed record Migration(string Name, string Hash, DateTime AppliedAt, bool IsCurrent);

    private sealed record Row(string? Unavailable, string? Role, long? Calls, long? Rows, double? TotalMs, double? MeanMs, string? Query);

    private sealed record Told(string Kind, string? Rule, string Object, string? Problem, string? Remedy, string? Expected, string? Installed);

    private sealed record Applied(string Name, string Hash, DateTime AppliedAt);

    private static async Task<Ok<Listing<Policy>>> ListPolicies(MonitorDb db) => TypedResults.Ok(new Listing<Policy>(
        await db.Query<Policy>(
            """
            select "table"::text as "table", "policy"::text as "name", "command", "permissive", to_json("roles") as "roles",
              "using", "with_check" as "check", "comment"
            from monitor.policies
            order by 1, 3, 2
            """)));

    private static async Task<Ok<Listing<Table>>> ListTables(MonitorDb db) => TypedResults.Ok(new Listing<Table>(
        await db.Query<Table>(
            """
            select "table" as "name", "comment", "rls_enabled" as "rlsEnabled", "rls_forced" as "rlsForced",
              "estimated_rows" as "estimatedRows", "size", "policies", "grants"
            from monitor.tables
            order by 1
            """)));

    private static async Task<Ok<Listing<Connections>>> ListActivity(MonitorDb db) => TypedResults.Ok(new Listing<Connections>(
        await db.Query<Connections>(
            """
            select "role", "state", "wait", "connections" as "count", "oldest_transaction" as "oldestTransaction"
            from monitor.activity()
            order by 1, 2, 3
            """)));

    private static async Task<Ok<CostlyStatements>> ListStatements(MonitorDb db)
    {
        var rows = await db.Query<Row>(
            """
            select "unavailable", "role", "calls", "rows", "total_ms" as "totalMs", "mean_ms" as "meanMs", "query"
            from monitor.statements()
            """);
        return TypedResults.Ok(rows is [{ Unavailable: { } why }]
            ? new CostlyStatements(false, why, [])
            : new CostlyStatements(true, null,
                [.. rows.Select(row => new Statement(row.Role, row.Calls, row.Rows, row.TotalMs, row.MeanMs, row.Query))]));
    }

    /// <summary>From this process; the database only checks the permission.</summary>
    private static async Task<Ok<Listing<PoolUsage.Pool>>> ListPools(MonitorDb db, PoolUsage usage)
    {
        await db.Query<int>("select 1");
        return TypedResults.Ok(new Listing<PoolUsage.Pool>(usage.Now()));
    }

    /// <summary>From this process, as the pools.</summary>
    private static async Task<Ok<Listing<Standby>>> ListStandbys(MonitorDb db, DataSources sources)
    {
        await db.Query<int>("select 1");
        return TypedResults.Ok(new Listing<Standby>([.. (sources.Standbys?.All ?? []).Select(host => new Standby(
            host.Name, host.State switch { null => "lost", { IsStandby: true } => "standby", _ => "primary" },
            host.State?.Lag?.TotalSeconds, host.State?.Reads(sources.ReadLag) == true))]));
    }

    /// <summary>The findings of the database, and the comparison with the files of this build.</summary>
    private static async Task<Ok<Listing<Finding>>> ListChecks(MonitorDb db)
    {
        var told = (await db.Query<Told>(
            """
            select 'drift' as "kind", "rule", "object", "finding" as "problem", "remedy", "expected", "installed" from monitor.drift
            union all
            select 'finding', "rule", "object", "finding", "remedy", null, null from monitor.findings
            union all
            select 'note', "rule", "object", "finding", "remedy", null, null from monitor.untightened
            union all
            select 'file', null, "name", "hash", null, null, null from monitor.migrations
            union all
            select 'table', null, "table"::text, null, null, null, null from monitor.tables
            union all
            select 'server', null, current_setting('server_version_num'), null, null, null, null
            order by 1, 2, 3, 4
            """)).ToLookup(row => row.Kind, StringComparer.Ordinal);
        var server = int.Parse(told["server"].Single().Object, CultureInfo.InvariantCulture);
        return TypedResults.Ok(new Listing<Finding>(
        [
            .. Checks.Version(told["file"].ToDictionary(file => file.Object, file => file.Problem!, StringComparer.Ordinal), Script.Embedded),
            .. Checks.WithoutPolicyFile(told["table"].Select(table => table.Object), Script.Embedded),
            .. ServerVersion.Check(new Version(server / 10_000, server % 10_000)),
            .. told["finding"].Concat(told["drift"]).Concat(told["note"]).Select(row =>
                new Finding(row.Rule!, row.Object, row.Problem!, row.Remedy!, row.Kind == "note") { Differences = Drift.Between(row.Expected, row.Installed) }),
        ]));
    }

    private static async Task<Ok<Listing<Migration>>> ListMigrations(MonitorDb db)
    {
        var files = Script.Embedded.ToDictionary(script => script.Name, script => script.Hash, StringComparer.Ordinal);
        var applied = await db.Query<Applied>(
            """
            select "name", "hash", "applied_at" at time zone 'utc' as "appliedAt"
            from monitor.migrations
            order by 1
            """);
        return TypedResults.Ok(new Listing<Migration>([.. applied.Select(file => new Migration(
            file.Name, file.Hash, file.AppliedAt, files.GetValueOrDefault(file.Name) == file.Hash))]));
    }
}
