using Npgsql;

namespace RlsChat.Database;

// Drops what no file describes any more, inside a migration, never with CASCADE: what depends on it
// and stays is somebody's decision, so it stops the run.
internal sealed class Removals(NpgsqlConnection connection, IReadOnlyList<Script> scripts, IEnumerable<string> applied)
{
    private readonly List<Undescribed> dropped = [];

    /// <summary>What was dropped so far, in words.</summary>
    public IEnumerable<string> Dropped => dropped.Select(thing => thing.Title);

    /// <summary>Whether a run has something to drop although no file is to be applied.</summary>
    public async Task<bool> AreDue() =>
        (await Find()).Count > 0 || (await Undescribed.Roles(connection, scripts, applied)).Count > 0;

    /// <summary>
    /// Before functions are applied: an old overload would make a call of its successor ambiguous. What
    /// something depends on stays; that may be about to change.
    /// </summary>
    public Task DropWhatNothingNeeds() => Drop();

    /// <summary>After the policies: all of it.</summary>
    /// <exception cref="SetupException">Something depends on one of them.</exception>
    public async Task DropTheRest()
    {
        if (await Drop() is { Count: > 0 } refused)
        {
            throw Refusal(refused);
        }

        await RefuseCallers();
    }

    /// <summary>As the installing login: what made the roles.</summary>
    /// <exception cref="SetupException">A role is still needed, here or in another database.</exception>
    public async Task DropRoles()
    {
        var refused = new List<(Undescribed, string, Exception?)>();
        foreach (var role in await Undescribed.Roles(connection, scripts, applied))
        {
            // drop role forgets memberships without a word. Who made it is a member from PostgreSQL 16 on.
            var members = await connection.Query(
                row => row.GetString(0),
                """
                select distinct m.member::regrole::text from pg_catalog.pg_auth_members m
                where m.roleid = (select oid from pg_catalog.pg_roles where rolname = $1)
                  and not m.admin_option and m.member not in (
                    select oid from pg_catalog.pg_roles where rolname = any($2) or rolname = session_user)
                order by 1
                """,
                role.Name, Declarations.Roles(scripts).ToArray());
            if (members.Count > 0)
            {
                refused.Add((role, $"{string.Join(", ", members)} can become it", null));
            }
            else if (await Refuses(role) is { } e)
            {
                refused.Add((role, Reason(e), e));
            }
        }

        if (refused.Count > 0)
        {
            throw Refusal(refused);
        }
    }

    private async Task<List<Undescribed>> Find() =>
        [.. (await Undescribed.Find(connection, scripts)).Where(thing => thing.IsOurs)];

    // Again while that helps: some of them may depend on others.
    private async Task<List<(Undescribed, string, Exception?)>> Drop()
    {
        while (true)
        {
            var before = dropped.Count;
            var refused = new List<(Undescribed, string, Exception?)>();
            foreach (var thing in await Find())
            {
                if (await Refuses(thing) is { } e)
                {
                    refused.Add((thing, Reason(e), e));
                }
            }

            if (refused.Count == 0 || dropped.Count == before)
            {
                return refused;
            }
        }
    }

    private async Task<PostgresException?> Refuses(Undescribed thing)
    {
        await connection.Execute("savepoint removal");
        try
        {
            await connection.Execute(thing.Drop);
        }
        catch (PostgresException e)
        {
            await connection.Execute("rollback to savepoint removal");
            return e;
        }

        await connection.Execute("release savepoint removal");
        dropped.Add(thing);
        return null;
    }

    // What a body names is no dependency to PostgreSQL: it would fail at its next call.
    private async Task RefuseCallers()
    {
        var callers = await connection.Query(
            row => (Dropped: row.GetInt32(0) - 1, Caller: row.GetString(1)),
            """
            select d.place::integer, p.oid::regprocedure::text
            from unnest($1::text[], $2::text[], $3::text[]) with ordinality d (kind, schema, name, place)
            join pg_catalog.pg_proc p on p.pronamespace::regnamespace::text = any($4)
              and regexp_replace(p.prosrc, '--[^\n]*', '', 'g') ~ ('(?<![\w."])' || format('%I\.%I', d.schema, d.name)
                || case d.kind when 'routine' then '\s*\(' else '(?!\w)' end)
            where d.kind in ('routine', 'view') and not exists (
              select from pg_catalog.pg_proc f
              where d.kind = 'routine' and f.pronamespace::regnamespace::text = d.schema and f.proname = d.name)
            order by 1, 2
            """,
            dropped.Select(thing => thing.Kind).ToArray(), dropped.Select(thing => thing.Schema).ToArray(),
            dropped.Select(thing => thing.Name).ToArray(), MigrationRun.Schemas);
        if (callers.Count > 0)
        {
            throw Refusal([.. callers.Select(pair => (dropped[pair.Dropped], $"function {pair.Caller} uses it", (Exception?)null))]);
        }
    }

    private static string Reason(PostgresException e) =>
        e.SqlState == PostgresErrorCodes.DependentObjectsStillExist && e.Detail is { } detail
            ? detail.ReplaceLineEndings("; ")
            : $"{e.MessageText} ({e.SqlState})";

    private static SetupException Refusal(List<(Undescribed Thing, string Reason, Exception? Error)> refused) => new(
        string.Concat(refused.Select(one =>
            $"{one.Thing.Title} is described by no file of db/ and cannot be dropped: {one.Reason}.{Environment.NewLine}  "))
        + "Change or remove what depends on it, in its file or by hand, or restore the file that described it. "
        + "Nothing was changed.",
        refused.Select(one => one.Error).OfType<Exception>().FirstOrDefault());
}
