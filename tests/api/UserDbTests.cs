using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RlsChat.Api.Auth;
using RlsChat.Api.Data;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Proof.Pools;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api;

/// <summary>The only door to people's data, without HTTP: with one connection that all must share, PgBouncer's too.</summary>
public sealed class UserDbTests : IAsyncLifetime
{
    private readonly LogLines _log = new();
    private TestDatabase _database = null!;
    private WebApplication _app = null!;
    private PgBouncer? _bouncer;
    private Caller _ana, _ben;

    public async Task InitializeAsync() => _database = await (await TestServer.Shared).CreateDatabase();

    public async Task DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_bouncer is not null)
        {
            await _bouncer.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task A_statement_smuggled_behind_a_semicolon_is_refused_by_the_server(string way)
    {
        await Open(way);
        var error = await Assert.ThrowsAsync<PostgresException>(() =>
            As(_ana).Query<int>("""select 1; delete from public."Chat" """));
        Assert.Equal(PostgresErrorCodes.SyntaxError, error.SqlState);
        error = await Assert.ThrowsAsync<PostgresException>(() => As(_ana).Query<int>("select $1; select 2", 1));
        Assert.Equal(PostgresErrorCodes.SyntaxError, error.SqlState);
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task One_connection_serves_one_then_another_then_nobody(string way)
    {
        await Open(way);
        const string who = "select auth.uid()";
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(_ana.Uid, await As(_ana).QuerySingleOrDefault<Guid?>(who));
            Assert.Equal(_ben.Uid, await As(_ben).QuerySingleOrDefault<Guid?>(who));
            await Assert.ThrowsAsync<PostgresException>(() => As(_ana).QuerySingleOrDefault<int>("select 1 / 0"));
            await Assert.ThrowsAsync<SessionEndedException>(() => As(_ana with { Session = Secret.New() }).QuerySingleOrDefault<Guid?>(who));
            await Assert.ThrowsAsync<SessionEndedException>(() => As(_ana with { Session = _ben.Session }).QuerySingleOrDefault<Guid?>(who));
            using var soon = new CancellationTokenSource(100);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => As(_ben, stop: soon.Token).Query<int>("select 1 from pg_sleep(20)"));
            Assert.Null(await As(default).QuerySingleOrDefault<Guid?>(who));
            Assert.Equal("anonymous", await As(default).QuerySingleOrDefault<string>("select current_user::text"));
        }
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task Nothing_that_is_set_outlives_its_transaction(string way)
    {
        await Open(way);
        await As(_ana).Query<Guid?>("select auth.uid()");
        var source = _app.Services.GetRequiredService<DataSources>().RegularUser;
        await using var command = source.CreateCommand(
            """
            select current_user || '/' || coalesce(current_setting('auth.uid', true), '')
              || '/' || coalesce(current_setting('auth.session', true), '') || '/' || current_setting('transaction_read_only')
            """);
        Assert.Equal("rlschat_api///off", await command.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task A_cancelled_request_cancels_its_statement(string way)
    {
        await Open(way);
        using var soon = new CancellationTokenSource(200);
        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => As(_ana, stop: soon.Token).Query<int>("select 1 from pg_sleep(300)"));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.1, 60);
        Assert.Equal(_ana.Uid, await As(_ana).QuerySingleOrDefault<Guid?>("select auth.uid()"));
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task A_request_that_reads_cannot_write(string way)
    {
        await Open(way);
        const string write = """insert into public."Chat" ("title") values ('written')""";
        var error = await Assert.ThrowsAsync<PostgresException>(() => As(_ana, reads: true).Execute(write));
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, error.SqlState);
        Assert.Equal(1, await As(_ana).Execute(write));
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task What_is_checked_at_the_end_is_known_before_anything_is_answered(string way)
    {
        await Open(way);
        await AsOwner(
            """create table public.note (id int primary key, parent int references public.note deferrable initially deferred)""",
            "grant insert, select on public.note to regular_user");
        var error = await Assert.ThrowsAsync<PostgresException>(() =>
            As(_ana).QuerySingleOrDefault<int>("insert into public.note values (1, 7) returning id"));
        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, error.SqlState);
        error = await Assert.ThrowsAsync<PostgresException>(() => As(_ana).Execute("insert into public.note values (1, 7)"));
        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, error.SqlState);
        Assert.Equal(1, await As(_ana).Execute("insert into public.note values (1, 1)"));
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task Who_meets_another_tries_again_a_few_times(string way)
    {
        await Open(way);
        await AsOwner("create sequence public.tries", "grant usage on sequence public.tries to regular_user",
            """
            create function public.meet(times int) returns int language plpgsql as $$
            declare
              try int := nextval('public.tries');
            begin
              if try < times then
                raise exception 'met another' using errcode = 'serialization_failure';
              end if;
              return try;
            end
            $$
            """, "grant execute on function public.meet(int) to regular_user");
        Assert.Equal(3, await As(_ana).QuerySingleOrDefault<int>("select public.meet(3)"));
        var error = await Assert.ThrowsAsync<PostgresException>(() => As(_ana).QuerySingleOrDefault<int>("select public.meet(100)"));
        Assert.Equal(PostgresErrorCodes.SerializationFailure, error.SqlState);
        Assert.Equal(8, await As(_ana).QuerySingleOrDefault<int>("select nextval('public.tries')::int"));
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task A_lock_that_is_not_given_back_is_503_with_a_time_to_come_again(string way)
    {
        await Open(way);
        await using var owner = await Locked();
        var person = new Person("anonymous", ApiFixture.AddressOf(_app));
        Assert.NotNull((await person.Get("/chats?scope=public")).Is(503, "unavailable").RetryAfter);
    }

    [Theory]
    [InlineData("pgbouncer")]
    public async Task A_pooler_that_has_no_connection_to_give_is_503_with_a_time_to_come_again(string way)
    {
        await Open(way, "query_wait_timeout = 1");
        await using var owner = await Locked();
        var waits = new Person("anonymous", ApiFixture.AddressOf(_app)).Get("/chats?scope=public");
        await SomebodyWaits(owner);
        var person = new Person("ana", ApiFixture.AddressOf(_app));
        person.Bear(_app.Services.GetRequiredService<AccessTokens>().Issue(_ana.Uid!.Value, _ana.Session!));
        Assert.NotNull((await person.Get("/me")).Is(503, "unavailable").RetryAfter);
        await owner.CloseAsync();
        (await waits).Is(200);
        (await person.Get("/me")).Is(200);
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task Who_is_being_served_when_the_server_stops_is_served(string way)
    {
        await Open(way);
        await using var owner = await Locked();
        var response = new Person("anonymous", ApiFixture.AddressOf(_app)).Get("/chats?scope=public");
        await SomebodyWaits(owner);
        var stopping = _app.StopAsync();
        await Task.Delay(300);
        Assert.False(response.IsCompleted);
        await owner.CloseAsync();
        (await response).Is(200);
        await stopping;
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task What_nobody_foresaw_says_nothing_and_is_in_the_log(string way)
    {
        await Open(way);
        await AsOwner("""alter table public."Chat" rename column "title" to "heading" """);
        _log.Clear();
        var response = (await new Person("anonymous", ApiFixture.AddressOf(_app)).Get("/chats?scope=public")).Is(500, "internal_error");
        foreach (var word in new[] { "heading", "Chat", "42703", "select", "Postgres", "column" })
        {
            Assert.DoesNotContain(word, response.WithoutTrace(), StringComparison.OrdinalIgnoreCase);
        }

        var line = Assert.Single(_log.All, line => line.Contains("\"level\":\"error\"", StringComparison.Ordinal));
        Assert.Contains(response.Body["traceId"]!.GetValue<string>(), line, StringComparison.Ordinal);
        Assert.Contains("42703", line, StringComparison.Ordinal);
        Assert.False(Assert.Single(_log.Operations)["success"]!.GetValue<bool>());
    }

    /// <summary>The API, with one connection to the server: its own, or PgBouncer's.</summary>
    private async Task Open(string way, params string[] more)
    {
        _bouncer = way == "pgbouncer" ? await PgBouncer.Start(_database, size: 1, more) : null;
        _app = ApiFixture.Build(_database, _log, settings: [.. PoolerSettings.Through(_bouncer, _database), "--DATABASE_MAX_CONNECTIONS=8"]);
        await _app.StartAsync();
        (_ana, _ben) = (await SignUp("ana"), await SignUp("ben"));
    }

    private UserDb As(Caller caller, bool reads = false, CancellationToken stop = default) => new(
        _app.Services.GetRequiredService<DataSources>(), _app.Services.GetRequiredService<OperationRunner>(), caller, new DatabaseOperation("test", reads, stop));

    private async Task<Caller> SignUp(string name)
    {
        var person = new Person(name, ApiFixture.AddressOf(_app));
        person.Take((await person.Post("/auth/register", new { email = $"{name}@example.org", password = Person.Password })).Is(201));
        return new Caller(person.Id, Claims.SessionOf(person.AccessToken));
    }

    /// <summary>A connection that keeps everyone from chats until it is closed.</summary>
    private async Task<NpgsqlConnection> Locked()
    {
        var connection = await Owner();
        await Run(connection, "set role rlschat_owner", "begin", """lock table public."Chat" in access exclusive mode""");
        return connection;
    }

    /// <summary>When a statement of somebody else waits for that.</summary>
    private static Task SomebodyWaits(NpgsqlConnection locked) => Wait.Until(async () =>
    {
        await using var command = new NpgsqlCommand(
            """select exists (select from pg_locks where not granted and relation = 'public."Chat"'::regclass)""", locked);
        return (bool)(await command.ExecuteScalarAsync())!;
    });

    private async Task AsOwner(params string[] statements)
    {
        await using var connection = await Owner();
        await Run(connection, ["set role rlschat_owner", .. statements]);
    }

    private async Task<NpgsqlConnection> Owner()
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_database.OwnerConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static async Task Run(NpgsqlConnection connection, params string[] statements)
    {
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
