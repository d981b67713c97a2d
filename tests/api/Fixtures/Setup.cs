using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>
/// Quick preparations, and those that have no endpoint. As people, through the same functions that
/// endpoints call; never past the policies.
/// </summary>
internal sealed class Setup(TestDatabase database)
{
    public static readonly Guid Administrator = new("00000000-0000-4000-8000-000000000002");
    public static readonly Guid Operator = new("00000000-0000-4000-8000-000000000003");
    public static readonly Guid Member = new("00000000-0000-4000-8000-000000000001");

    /// <summary>One statement as that person.</summary>
    public async Task<T?> As<T>(Person person, string sql, params object[] args)
    {
        await using var connection = new NpgsqlConnection(database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("select set_config('role', 'regular_user', true)");
        await using (var identity = new NpgsqlCommand("select set_config('auth.uid', $1, true)", connection))
        {
            identity.Parameters.Add(new() { Value = person.Id.ToString() });
            await identity.ExecuteNonQueryAsync();
        }

        var result = await Scalar<T>(connection, sql, args);
        await transaction.CommitAsync();
        return result;
    }

    /// <summary>Changes rows as only time does: one statement without the policies of that table, as its owner.</summary>
    public async Task Age(string table, string sql)
    {
        await using var connection = new NpgsqlConnection(database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("set local role rlschat_owner"),
                new($"alter table public.{table} no force row level security"),
                new(sql),
                new($"alter table public.{table} force row level security"),
            },
        };
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>As if refresh tokens had been exchanged so many seconds earlier: by default, longer ago than any grace lasts.</summary>
    public Task EndGrace(int seconds = 301) => Age("sessions",
        $"""update public.sessions set "rotated" = "rotated" - interval '{seconds} s' where "rotated" is not null""");

    /// <summary>One of the functions of signing in.</summary>
    public async Task<T?> SignIn<T>(string sql, params object[] args)
    {
        await using var connection = new NpgsqlConnection(database.AuthConnectionString);
        await connection.OpenAsync();
        return await Scalar<T>(connection, sql, args);
    }

    /// <summary>An organization of which that person is the administrator.</summary>
    public async Task<Guid> Found(Person founder, string name = "Acme") =>
        await As<Guid>(founder, "select public.create_organization($1)", name);

    /// <summary>Takes somebody into the administrator's organization, by invitation, in a role.</summary>
    public async Task Admit(Person administrator, Person person, Guid? role = null)
    {
        await Verify(person);
        var token = Guid.NewGuid().ToString();
        await As<Guid>(administrator, "select public.invite_member($1, $2, $3)", person.Email, role ?? Member, Digest(token));
        await As<Guid>(person, "select public.accept_invitation($1)", token);
    }

    /// <summary>A role of the administrator's organization that holds one permission.</summary>
    public async Task<Guid> RoleWith(Person administrator, string permission) =>
        await As<Guid>(administrator,
            """
            insert into public."Role" ("name", "permissions", "organizationId")
            values ($1, jsonb_build_object($1, true), auth.organization_id())
            returning "id"
            """, permission);

    /// <summary>Makes somebody an operator, as <c>make db-grant-operator</c> does.</summary>
    public async Task MakeOperator(Person person)
    {
        await using var connection = new NpgsqlConnection(database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("set local role rlschat_owner");
        Assert.Equal(person.Id, await Scalar<Guid>(connection, "select app_private.grant_operator($1)", person.Email));
        await transaction.CommitAsync();
    }

    /// <summary>Proves that somebody's address is theirs.</summary>
    public Task Verify(Person person) => AskForProof(person, Guid.NewGuid().ToString(), proves: true);

    /// <summary>Requests a mail with this token that proves a person's address, and optionally proves it.</summary>
    public async Task AskForProof(Person person, string token, bool proves = false)
    {
        await using var connection = new NpgsqlConnection(database.AuthConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Scalar<string>(connection, "select set_config('auth.uid', $1, true)", person.Id.ToString());
        await Scalar<string>(connection, "select set_config('auth.session', $1, true)", Claims.SessionOf(person.AccessToken));
        Assert.NotNull(await Scalar<string?>(connection, "select auth.request_verification('verify_email', $1, $2)", person.Email, Digest(token)));
        if (proves)
        {
            Assert.Equal(person.Id, await Scalar<Guid>(connection, "select auth.verify_email($1)", Digest(token)));
        }

        await transaction.CommitAsync();
    }

    /// <summary>Every row of every table, and every definition, as text.</summary>
    public async Task<string> Everything()
    {
        await using var connection = new NpgsqlConnection(database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("select set_config('role', 'rlschat_backup', true)"),
                new("""
                    select string_agg(query_to_xml(format('select %L || t::text from public.%I t order by 1', c.relname, c.relname),
                      false, true, '')::text, '' order by c.relname)
                    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
                    """),
                new("select set_config('role', 'rlschat_owner', true)"),
                new("select string_agg(d::text, '' order by d::text) from app_private.definitions() d"),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync();
        var everything = "";
        do
        {
            await reader.ReadAsync();
            everything += reader.GetString(0);
        }
        while (await reader.NextResultAsync());
        return everything;
    }

    /// <summary>Turns a setting of the database, or takes it away, as an operator does, until it is disposed.</summary>
    public async Task<IAsyncDisposable> Turn(string name, string? value) =>
        new Turned(this, name, await Set(name, value));

    private async Task<string?> Set(string name, string? value)
    {
        await using var connection = new NpgsqlConnection(database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("set local role rlschat_owner");
        var before = await Scalar<string>(connection, "delete from app_private.setting where name = $1 returning value", name);
        if (value is not null)
        {
            await Scalar<string>(connection, "insert into app_private.setting (name, value) values ($1, $2)", name, value);
        }

        await transaction.CommitAsync();
        return before;
    }

    private sealed class Turned(Setup setup, string name, string? before) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await setup.Set(name, before);
    }

    private static async Task<T?> Scalar<T>(NpgsqlConnection connection, string sql, params object[] args)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var arg in args)
        {
            command.Parameters.Add(new() { Value = arg });
        }

        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
