using Npgsql;

namespace RlsChat.Database;

// The definitions that a migration left, in app_private.fingerprint. Both statements run as rlschat_owner.
internal static class Fingerprints
{
    /// <summary>True once the tables and functions that fingerprints need exist.</summary>
    public static async Task<bool> Exist(NpgsqlConnection connection) =>
        await Catalog.TableExists(connection, "app_private", "fingerprint")
        && await Catalog.FunctionExists(connection, "app_private", "definitions");

    /// <summary>What differs between the stored definitions and the catalogue.</summary>
    public static Task<List<Drift>> Compare(NpgsqlConnection connection) =>
        connection.Query(
            row => new Drift(row.GetString(0), row.GetString(1), row.Text(2), row.Text(3)),
            """
            select coalesce(f."kind", d."kind"), coalesce(f."name", d."name"), f."definition", d."definition"
            from (select * from app_private.fingerprint where "kind" <> 'server') f
            full join app_private.definitions() d on d."kind" = f."kind" and d."name" = f."name"
            where f."definition" is distinct from d."definition"
            order by 1, 2
            """);

    /// <summary>
    /// Stores what the catalogue says now. What had drifted before the run and is still as it was then
    /// keeps its old fingerprint: a migration of something else must not bless it.
    /// </summary>
    public static async Task Store(NpgsqlConnection connection, IEnumerable<Drift> before)
    {
        var kept = before.ToList();
        var after = (await Compare(connection)).ToDictionary(drift => (drift.Kind, drift.Name));
        await connection.Execute("delete from app_private.fingerprint");
        await connection.Execute(
            """
            insert into app_private.fingerprint ("kind", "name", "definition")
            select "kind", "name", "definition" from app_private.definitions()
            """);
        foreach (var drift in kept)
        {
            if (!after.TryGetValue((drift.Kind, drift.Name), out var now) || now.Current != drift.Current)
            {
                continue;
            }

            await connection.Execute(
                """delete from app_private.fingerprint where "kind" = $1 and "name" = $2""", drift.Kind, drift.Name);
            if (drift.Stored is { } stored)
            {
                await connection.Execute(
                    """insert into app_private.fingerprint ("kind", "name", "definition") values ($1, $2, $3)""",
                    drift.Kind, drift.Name, stored);
            }
        }

        await connection.Execute(
            """
            insert into app_private.fingerprint ("kind", "name", "definition")
            values ('server', 'major', $1)
            """,
            Major(connection));
    }

    /// <summary>
    /// Another major version may print the same definition differently. Then the stored ones say nothing,
    /// and re-applying everything takes them anew.
    /// </summary>
    public static async Task<bool> AreOfThisServer(NpgsqlConnection connection) =>
        await connection.Scalar<string>(
            """select "definition" from app_private.fingerprint where "kind" = 'server'""") is not { } major
        || major == Major(connection);

    private static string Major(NpgsqlConnection connection) => $"{connection.PostgreSqlVersion.Major}";
}
