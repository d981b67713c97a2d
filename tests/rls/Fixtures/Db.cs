using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using RlsChat.Database.Explaining;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>
/// One test's transaction, in which statements are run as one person after the other. It is rolled
/// back when the test ends. Statements name people and rows of the test in brackets: <c>[owner]</c>
/// is their id, <c>[Acme]</c> the organization's, <c>[chat]</c> what <see cref="Remember"/> kept.
/// </summary>
public sealed partial class Db(NpgsqlConnection connection, World world)
{
    private readonly Dictionary<string, object> kept = [];

    /// <summary>Who acts from here on: one of <see cref="People"/>, or "anonymous".</summary>
    public Task<Db> As(string who) => who == People.Anonymous ? Become("anonymous", "") : Become("regular_user", world[who].ToString());

    /// <summary>Acts from here on in a database role that no request can take.</summary>
    public Task<Db> AsRole(string role) => Become(role, "");

    /// <summary>The connection of the transaction.</summary>
    internal NpgsqlConnection Connection => connection;

    /// <summary>The same person for <c>make why</c>.</summary>
    internal Caller Caller(string who) => who == People.Anonymous ? RlsChat.Database.Explaining.Caller.Anonymous
        : RlsChat.Database.Explaining.Caller.Of(who, world[who]);

    /// <summary>A statement with values for the names in brackets.</summary>
    internal string Resolve(string sql) => Bracket().Replace(sql, Resolve);

    /// <summary>Keeps a value, so that statements can name it in brackets.</summary>
    public void Remember(string name, object value) => kept[name] = value;

    /// <summary>What an id is called here: what was kept under it, or a name of the world; itself when it has none.</summary>
    public string NameOf(Guid id) => kept.FirstOrDefault(k => k.Value is Guid value && value == id).Key ?? world.NameOf(id) ?? id.ToString();

    /// <summary>Writes a row that must be written, and keeps its id under that name.</summary>
    public async Task Make(string name, string insert) => Remember(name, await Ask<Guid>($"{insert} returning \"id\""));

    /// <summary>Runs a statement that must succeed; how many rows it touched.</summary>
    public Task<int> Do(string sql) => Run(sql, c => c.ExecuteNonQueryAsync());

    /// <summary>Runs a statement that must succeed; its first value.</summary>
    public async Task<T> Ask<T>(string sql) => await Run(sql, c => c.ExecuteScalarAsync()) switch
    {
        T value => value,
        null or DBNull when default(T) is null => default!,
        var other => throw new InvalidCastException($"{other ?? "nothing"} where a {typeof(T).Name} was expected: {sql}"),
    };

    /// <summary>Runs a statement that must succeed; its first column, as text, in the order it came.</summary>
    public Task<List<string>> List(string sql) => Run(sql, async command =>
    {
        var values = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            values.Add(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture) ?? "");
        }

        return values;
    });

    /// <summary>
    /// Tries a statement and says what came of it: <see cref="Outcome.Yes"/> when it touched or found
    /// rows. What it did is undone. An error other than 42501 is thrown: a typo is no denial.
    /// </summary>
    public async Task<Outcome> Try(string sql)
    {
        try
        {
            return await Undone(() => Do(sql)) > 0 ? Outcome.Yes : Outcome.Hidden;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return Outcome.Denied;
        }
    }

    /// <summary>Runs something inside a savepoint and takes it back, whatever happens.</summary>
    public async Task<T> Undone<T>(Func<Task<T>> act)
    {
        await Run("savepoint undone", c => c.ExecuteNonQueryAsync());
        try
        {
            return await act();
        }
        finally
        {
            await Run("rollback to savepoint undone", c => c.ExecuteNonQueryAsync());
        }
    }

    /// <summary>The SQLSTATE that a statement fails with, or null when it succeeds. It is taken back.</summary>
    public async Task<string?> Error(string sql)
    {
        try
        {
            await Undone(() => Do(sql));
            return null;
        }
        catch (PostgresException e)
        {
            return e.SqlState;
        }
    }

    /// <summary>
    /// Somebody who has left without a hand-over: what is left to them is what the policies alone
    /// leave. (Leaving as people do hands their rows over, so it could not show that.)
    /// </summary>
    public async Task Leave(string who)
    {
        await AsRole("rlschat_owner");
        await Do("""alter table public."User" disable trigger _200_membership""");
        await AsRole("rlschat_test_functions");
        await Do($"""
            update public."User"
            set "organizationId" = null, "roleId" = null, "managerId" = null, "joinedAt" = null
            where "id" = [{who}]
            """);
        await AsRole("rlschat_owner");
        await Do("""alter table public."User" enable trigger _200_membership""");
    }

    private async Task<Db> Become(string role, string uid)
    {
        await Run($"select set_config('role', '{role}', true), set_config('auth.uid', '{uid}', true)", c => c.ExecuteNonQueryAsync());
        return this;
    }

    private async Task<T> Run<T>(string sql, Func<NpgsqlCommand, Task<T>> execute)
    {
        await using var command = new NpgsqlCommand(Resolve(sql), connection);
        return await execute(command);
    }

    private string Resolve(Match match)
    {
        var name = match.Groups[1].Value;
        return kept.TryGetValue(name, out var value) ? $"'{Text(value)}'"
            : world.Knows(name) ? $"'{world[name]}'"
            : match.Value;
    }

    private static string Text(object value) => value is DateTime time
        ? time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)
        : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    [GeneratedRegex(@"\[([A-Za-z][A-Za-z0-9_ ]*)\]")]
    private static partial Regex Bracket();
}
