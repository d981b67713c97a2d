using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RlsChat.Api.Auth;
using RlsChat.Api.Data;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>The only door to people's data, without HTTP: with one connection that all must share, PgBouncer's too.</summary>
public sealed class UserDbTests(UserDbTests.Ways ways) : IClassFixture<UserDbTests.Ways>
{
    /// <summary>One API for each way to the server.</summary>
    public sealed class Ways : IAsyncLifetime
    {
        internal Dictionary<string, OneConnectionApi> Opened { get; } = [];

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync()
        {
            foreach (var api in Opened.Values)
            {
                await api.DisposeAsync();
            }
        }
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task A_statement_smuggled_behind_a_semicolon_is_refused_by_the_server(string way)
    {
        var api = await Api(way);
        var error = await Assert.ThrowsAsync<PostgresException>(() =>
            api.As(api.Ana).Query<int>("""select 1; delete from public."Chat" """));
        Assert.Equal(PostgresErrorCodes.SyntaxError, error.SqlState);
        error = await Assert.ThrowsAsync<PostgresException>(() => api.As(api.Ana).Query<int>("select $1; select 2", 1));
        Assert.Equal(PostgresErrorCodes.SyntaxError, error.SqlState);
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task One_connection_serves_several_people_and_anonymous_in_turn(string way)
    {
        var api = await Api(way);
        const string who = "select auth.uid()";
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(api.Ana.Uid, await api.As(api.Ana).QuerySingleOrDefault<Guid?>(who));
            Assert.Equal(api.Ben.Uid, await api.As(api.Ben).QuerySingleOrDefault<Guid?>(who));
            await Assert.ThrowsAsync<PostgresException>(() => api.As(api.Ana).QuerySingleOrDefault<int>("select 1 / 0"));
            await Assert.ThrowsAsync<SessionEndedException>(() => api.As(api.Ana with { Session = Secret.New() }).QuerySingleOrDefault<Guid?>(who));
            await Assert.ThrowsAsync<SessionEndedException>(() => api.As(api.Ana with { Session = api.Ben.Session }).QuerySingleOrDefault<Guid?>(who));
            using var soon = new CancellationTokenSource(100);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => api.As(api.Ben, stop: soon.Token).Query<int>("select 1 from pg_sleep(20)"));
            Assert.Null(await api.As(default).QuerySingleOrDefault<Guid?>(who));
            Assert.Equal("anonymous", await api.As(default).QuerySingleOrDefault<string>("select current_user::text"));
        }
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task Nothing_that_is_set_outlives_its_transaction(string way)
    {
        var api = await Api(way);
        await api.As(api.Ana).Query<Guid?>("select auth.uid()");
        var source = api.App.Services.GetRequiredService<DataSources>().RegularUser;
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
        var api = await Api(way);
        using var soon = new CancellationTokenSource(200);
        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => api.As(api.Ana, stop: soon.Token).Query<int>("select 1 from pg_sleep(300)"));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.1, 60);
        Assert.Equal(api.Ana.Uid, await api.As(api.Ana).QuerySingleOrDefault<Guid?>("select auth.uid()"));
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task A_request_that_reads_cannot_write(string way)
    {
        var api = await Api(way);
        const string write = """insert into public."Chat" ("title") values ('written')""";
        var error = await Assert.ThrowsAsync<PostgresException>(() => api.As(api.Ana, reads: true).Execute(write));
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, error.SqlState);
        Assert.Equal(1, await api.As(api.Ana).Execute(write));
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task A_deferred_constraint_fails_before_anything_is_answered(string way)
    {
        var api = await Api(way);
        await api.AsOwner(
            """create table public.note (id int primary key, parent int references public.note deferrable initially deferred)""",
            "grant insert, select on public.note to regular_user");
        var error = await Assert.ThrowsAsync<PostgresException>(() =>
            api.As(api.Ana).QuerySingleOrDefault<int>("insert into public.note values (1, 7) returning id"));
        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, error.SqlState);
        error = await Assert.ThrowsAsync<PostgresException>(() => api.As(api.Ana).Execute("insert into public.note values (1, 7)"));
        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, error.SqlState);
        Assert.Equal(1, await api.As(api.Ana).Execute("insert into public.note values (1, 1)"));
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task A_serialization_failure_is_retried_a_few_times(string way)
    {
        var api = await Api(way);
        await api.AsOwner("create sequence public.tries", "grant usage on sequence public.tries to regular_user",
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
        Assert.Equal(3, await api.As(api.Ana).QuerySingleOrDefault<int>("select public.meet(3)"));
        var error = await Assert.ThrowsAsync<PostgresException>(() => api.As(api.Ana).QuerySingleOrDefault<int>("select public.meet(100)"));
        Assert.Equal(PostgresErrorCodes.SerializationFailure, error.SqlState);
        Assert.Equal(8, await api.As(api.Ana).QuerySingleOrDefault<int>("select nextval('public.tries')::int"));
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task A_lock_that_another_session_keeps_is_503_with_a_time_to_retry(string way)
    {
        var api = await Api(way);
        await using var owner = await api.Locked();
        var person = api.Anonymous();
        Assert.NotNull((await person.Get("/chats?scope=public")).Is(503, "unavailable").RetryAfter);
    }

    [Fact]
    public async Task A_pooler_without_a_free_connection_is_503_with_a_time_to_retry()
    {
        await using var api = await OneConnectionApi.Open("pgbouncer", "query_wait_timeout = 1");
        await using var owner = await api.Locked();
        var waits = api.Anonymous().Get("/chats?scope=public");
        await api.SomebodyWaits();
        var person = new Person("ana", ApiFixture.AddressOf(api.App));
        person.Bear(api.App.Services.GetRequiredService<AccessTokens>().Issue(api.Ana.Uid!.Value, api.Ana.Session!));
        Assert.NotNull((await person.Get("/me")).Is(503, "unavailable").RetryAfter);
        await owner.CloseAsync();
        (await waits).Is(200);
        (await person.Get("/me")).Is(200);
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task A_request_under_way_is_served_when_the_server_stops(string way)
    {
        await using var api = await OneConnectionApi.Open(way);
        await using var owner = await api.Locked();
        var response = api.Anonymous().Get("/chats?scope=public");
        await api.SomebodyWaits();
        var stopping = api.App.StopAsync();
        await Task.Delay(300);
        Assert.False(response.IsCompleted);
        await owner.CloseAsync();
        (await response).Is(200);
        await stopping;
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task An_unexpected_error_is_logged_and_reveals_nothing(string way)
    {
        var api = await Api(way);
        await api.AsOwner("""alter table public."Chat" rename column "title" to "heading" """);
        api.Log.Clear();
        var response = (await api.Anonymous().Get("/chats?scope=public")).Is(500, "internal_error");
        await api.AsOwner("""alter table public."Chat" rename column "heading" to "title" """);
        foreach (var word in new[] { "heading", "Chat", "42703", "select", "Postgres", "column" })
        {
            Assert.DoesNotContain(word, response.WithoutTrace(), StringComparison.OrdinalIgnoreCase);
        }

        var line = Assert.Single(api.Log.All, line => line.Contains("\"level\":\"error\"", StringComparison.Ordinal));
        Assert.Contains(response.Body["traceId"]!.GetValue<string>(), line, StringComparison.Ordinal);
        Assert.Contains("42703", line, StringComparison.Ordinal);
        Assert.False(Assert.Single(api.Log.Operations)["success"]!.GetValue<bool>());
    }

    private async Task<OneConnectionApi> Api(string way) =>
        ways.Opened.TryGetValue(way, out var api) ? api : ways.Opened[way] = await OneConnectionApi.Open(way);
}
