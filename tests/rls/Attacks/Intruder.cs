using System.Data;
using System.Security.Cryptography;
using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls.Attacks;

/// <summary>
/// SQL of somebody's own on the connection of requests: the API's login, a live session, and nothing that the
/// API would put between. What is committed stays, so people come from <see cref="World.Of"/>.
/// </summary>
internal sealed class Intruder : IAsyncDisposable
{
    private readonly NpgsqlDataSource api;
    private readonly DatabaseFixture fixture;
    private readonly World world;
    private readonly Dictionary<string, string> secrets = [];

    private Intruder(DatabaseFixture fixture, World world, int connections)
    {
        (this.fixture, this.world) = (fixture, world);
        api = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(fixture.Database.ApiConnectionString)
        {
            MaxPoolSize = connections,
            NoResetOnClose = true,
        }.ConnectionString);
    }

    /// <summary>With a session of each of these people.</summary>
    public static Task<Intruder> With(DatabaseFixture fixture, World world, params string[] people) => With(fixture, world, 2, people);

    /// <summary>The same, with a pool of so many connections.</summary>
    public static async Task<Intruder> With(DatabaseFixture fixture, World world, int connections, params string[] people)
    {
        var intruder = new Intruder(fixture, world, connections);
        foreach (var who in people)
        {
            var secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
            intruder.secrets[who] = secret;
            await intruder.AsRole($"select auth.open_session([{who}], sha256('{secret}r'), sha256('{secret}'))");
        }

        return intruder;
    }

    /// <summary>A connection of that pool, on which nobody acts yet.</summary>
    public async Task<NpgsqlConnection> Open() => await api.OpenConnectionAsync();

    /// <summary>A statement in brackets: [ana], [secret of ana], and [as ana], which makes the rest of the statement hers.</summary>
    public string Named(string sql)
    {
        foreach (var (who, secret) in secrets)
        {
            sql = sql.Replace($"[as {who}]",
                $"(set_config('auth.uid', '{world[who]}', true) || set_config('auth.session', '{secret}', true))", StringComparison.Ordinal)
                .Replace($"[secret of {who}]", $"'{secret}'", StringComparison.Ordinal);
        }

        return sql.Replace("[as nobody]", "(set_config('auth.session', '', true) || '-')", StringComparison.Ordinal);
    }

    /// <summary>Lets an operator impersonate somebody, as "bank as ana"; the end, or the SQLSTATE.</summary>
    public async Task<string> Impersonate(string who, string whom, string reason = "to help")
    {
        var secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        (secrets[$"{who} as {whom}"], world[$"{who} as {whom}"]) = (secret, world[whom]);
        return await Runs(who, $"select auth.impersonate([{whom}], '{reason}', sha256('{secret}'))");
    }

    /// <summary>Statements of one transaction; the rows of the last, or the SQLSTATE of the one that failed.</summary>
    public Task<string> Runs(string who, params string[] statements) => Runs(who, "regular_user", statements);

    /// <summary>The same, in another of the roles that a request can take, or at another isolation level than the API's.</summary>
    public async Task<string> Runs(string who, string role, string[] statements, IsolationLevel? level = null)
    {
        await using var connection = await api.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(
            level ?? (who.Contains(" as ", StringComparison.Ordinal) ? IsolationLevel.ReadUncommitted : IsolationLevel.ReadCommitted));
        var db = new Db(connection, world);
        var rows = "";
        try
        {
            await db.Do($"select set_config('role', '{role}', true)");
            if (who != People.Anonymous)
            {
                await db.Do(Named($"select [as {who}]"));
            }

            foreach (var statement in statements)
            {
                rows = string.Join(", ", await db.List(Named(statement)));
            }

            await transaction.CommitAsync();
            return "= " + rows;
        }
        catch (PostgresException e)
        {
            return e.SqlState;
        }
    }

    /// <summary>As the role with the rights of all functions, committed; the first value as text.</summary>
    public async Task<string> AsRole(string sql, string role = "rlschat_test_functions")
    {
        await using var connection = await fixture.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var db = new Db(connection, world);
        await db.AsRole(role);
        var rows = await db.List(sql);
        await transaction.CommitAsync();
        return rows.Count > 0 ? rows[0] : "";
    }

    /// <summary>A digest of everybody's rows: equal as long as nothing has changed.</summary>
    public Task<string> Everything() => AsRole(
        """
        select md5(concat_ws(' ', (select json_agg(t order by t."id") from public."User" t), (select json_agg(t order by t."id") from public."Role" t),
          (select json_agg(t order by t."id") from public."Chat" t), (select json_agg(t order by t."id") from public."Document" t),
          (select json_agg(t order by t."id") from public."Message" t), (select json_agg(t order by t."id") from public."Stream" t),
          (select json_agg(t order by t."id") from public."Vote" t), (select json_agg(t order by t."id") from public."Organization" t),
          (select json_agg(t order by t."id") from public."Invitation" t), (select json_agg(t order by t."id") from public."CreditEntry" t),
          (select json_agg(t order by t."id") from public.sessions t), (select json_agg(t order by t."id") from public.accounts t),
          (select json_agg(t) from public."verificationToken" t)))
        """, "rlschat_backup");

    public ValueTask DisposeAsync() => api.DisposeAsync();
}
