using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RlsChat.Database;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api;

/// <summary>The API serves from no database that would not decide.</summary>
public sealed class BootGuardTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await (await TestServer.Shared).CreateDatabase();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task The_database_that_a_migration_leaves_is_served()
    {
        await using var app = ApiFixture.Build(_database);
        await app.StartAsync();
        var nobody = new Person("anonymous", ApiFixture.AddressOf(app));
        (await nobody.Get("/health/live")).Is(200);
        (await nobody.Get("/health/ready")).Is(200);
    }

    [Theory]
    [InlineData("""alter table public."Chat" disable row level security""",
        """public."Chat": row-level security is not enabled""")]
    [InlineData("""alter table public."Vote" no force row level security""",
        """public."Vote": row-level security is not forced""")]
    [InlineData("""create table public.note (id uuid)""", "public.note: row-level security is not enabled")]
    [InlineData("""create table public.note (id uuid)""", "public.note: it has no policy")]
    [InlineData("""create policy leak on public."Chat" for select to anonymous using (true)""",
        """public."Chat": anonymous sees the canary's row""")]
    [InlineData("""create policy leak on public."Document" for select to regular_user using (true)""",
        """public."Document": regular_user without an identity sees the canary's row""")]
    [InlineData("""
        create or replace function auth.uid() returns uuid language sql stable
        return nullif(current_setting('auth.uid', true), '')::uuid
        """, """public."Chat": someone who claims to be the canary, without its session sees the canary's row""")]
    [InlineData("""truncate public."Chat" cascade""", "the canary's rows are missing")]
    [InlineData("""delete from app_private.migration where name = 'db/policies/Chat.sql'""",
        "the database is behind in 1 of the files of db/: db/policies/Chat.sql is not applied → run make db-migrate")]
    [InlineData("""update app_private.migration set hash = repeat('0', 64) where name = 'db/functions/identity/uid.sql'""",
        "the database is behind in 1 of the files of db/: db/functions/identity/uid.sql changed since it was applied → run make db-migrate")]
    public async Task A_database_that_would_not_decide(string damage, string finding)
    {
        await AsOwner("set role rlschat_owner", damage);
        Assert.Contains($"- {finding}", await Refusal(_database.ApiConnectionString), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_owner()
    {
        var refusal = await Refusal(_database.OwnerConnectionString);
        Assert.Contains("- rlschat_installer may create roles", refusal, StringComparison.Ordinal);
        Assert.Contains("- rlschat_installer can become rlschat_owner, which owns ", refusal, StringComparison.Ordinal);
        Assert.Contains("- rlschat_installer can become identity_setter, which is believed when it says who it is", refusal, StringComparison.Ordinal);
        Assert.Contains("where rlschat_api's belongs", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rlschat_owner", "owns ")]
    [InlineData("sign_in_definer", "owns ")]
    [InlineData("identity_setter", "is believed when it says who it is")]
    [InlineData("rlschat_backup", "reads every row")]
    [InlineData("admin", "may create roles, and so give itself the rights of others")]
    public async Task A_login_that_can_reach(string role, string why)
    {
        // Not inherited: what counts is what it can become.
        var login = $"guarded_{Guid.NewGuid():N}"[..20];
        await AsOwner($"create role {login} login noinherit password 'guarded'", $"grant {role} to {login}",
            $"grant anonymous, regular_user, monitor to {login}");
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(_database.ApiConnectionString) { Username = login, Password = "guarded" };
            Assert.Contains($"- {login} can become {role}, which {why}", await Refusal(connection.ConnectionString), StringComparison.Ordinal);
        }
        finally
        {
            await AsOwner($"drop role {login}");
        }
    }

    [Theory]
    [InlineData("POSTGRES_AUTH_URL", "rlschat_auth")]
    [InlineData("POSTGRES_LIVE_URL", "rlschat_live")]
    [InlineData("POSTGRES_EXPLAIN_URL", "rlschat_explain")]
    public async Task Another_login_than_the_one_of_that_work(string setting, string login)
    {
        var refusal = await Refusal(_database.OwnerConnectionString, setting);
        Assert.Contains($"- the connection is rlschat_installer's, where {login}'s belongs", refusal, StringComparison.Ordinal);
        Assert.Contains("- rlschat_installer can become rlschat_owner, which owns ", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_of_explanations_that_can_become_the_owner()
    {
        await AsOwner("grant rlschat_owner to rlschat_explain");
        try
        {
            var refusal = await Refusal(_database.ExplainConnectionString, "POSTGRES_EXPLAIN_URL");
            Assert.Contains("- rlschat_explain can become rlschat_owner, which owns ", refusal, StringComparison.Ordinal);
            Assert.DoesNotContain("identity_setter", refusal, StringComparison.Ordinal);
        }
        finally
        {
            await AsOwner("revoke rlschat_owner from rlschat_explain");
        }
    }

    [Theory]
    [InlineData("superuser", "is a superuser: no policy applies to it")]
    [InlineData("bypassrls", "has BYPASSRLS: no policy applies to it")]
    public async Task A_login_that_no_policy_applies_to(string attribute, string why)
    {
        // Only a superuser can make such a login.
        var superuser = _database.RequiredSuperuser;
        var login = $"guarded_{Guid.NewGuid():N}"[..20];
        await Sql.Run(superuser, $"create role {login} login {attribute} password 'guarded'", $"grant monitor to {login}");
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(_database.ApiConnectionString) { Username = login, Password = "guarded" };
            Assert.Contains($"- {login} {why}", await Refusal(connection.ConnectionString), StringComparison.Ordinal);
        }
        finally
        {
            await Sql.Run(superuser, $"drop role {login}");
        }
    }

    [Fact]
    public async Task A_database_that_was_never_migrated()
    {
        await using var empty = await (await TestServer.Shared).CreateEmptyDatabase();
        await using var app = ApiFixture.Build(empty);
        var refusal = await Assert.ThrowsAsync<SetupException>(() => app.StartAsync());
        Assert.Contains("- the database was never migrated: run make db-migrate", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached()
    {
        var refusal = await Refusal(new NpgsqlConnectionStringBuilder(_database.ApiConnectionString) { Port = FreePort() }.ConnectionString);
        Assert.StartsWith("the database cannot be asked whether it is safe to serve from", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_damaged_later_makes_the_api_not_ready()
    {
        var clock = new AheadClock();
        await using var app = ApiFixture.Build(_database, adjust: builder => builder.Services.AddSingleton<TimeProvider>(clock));
        await app.StartAsync();
        var nobody = new Person("anonymous", ApiFixture.AddressOf(app));
        (await nobody.Get("/health/ready")).Is(200);
        await AsOwner("set role rlschat_owner", """alter table public."Chat" disable row level security""");
        clock.Ahead = TimeSpan.FromSeconds(6);
        var response = (await nobody.Get("/health/ready")).Is(503, "not_ready");
        Assert.NotNull(response.RetryAfter);
        Assert.DoesNotContain("Chat", response.Text, StringComparison.Ordinal);
        (await nobody.Get("/health/live")).Is(200);
        await AsOwner("set role rlschat_owner", """alter table public."Chat" enable row level security""");
        clock.Ahead = TimeSpan.FromSeconds(12);
        (await nobody.Get("/health/ready")).Is(200);
    }

    /// <summary>Where the canary has rows; of the others db-check and the model of tests/rls say the same.</summary>
    [Theory]
    [InlineData("Chat", "org_access")]
    [InlineData("Message", "select_reader")]
    [InlineData("Vote", "select_reader")]
    [InlineData("Stream", "select_reader")]
    [InlineData("StreamChunk", "select_reader")]
    [InlineData("Document", "role_based_access")]
    [InlineData("Suggestion", "select_reader")]
    [InlineData("User", "select_self")]
    public async Task A_careless_policy_that_lets_everybody_read(string table, string policy)
    {
        await AsOwner("set role rlschat_owner", $"""alter policy {policy} on public."{table}" using (true)""");
        Assert.Contains($"""- public."{table}": regular_user without an identity sees the canary's row""",
            await Refusal(_database.ApiConnectionString), StringComparison.Ordinal);
    }

    /// <summary>The error with which the API refuses to start; it does not listen.</summary>
    private async Task<string> Refusal(string connection, string setting = "POSTGRES_API_URL")
    {
        var port = FreePort();
        await using var app = ApiFixture.Build(_database, settings: [$"--PORT={port}", $"--{setting}={ApiFixture.Url(connection)}"]);
        var refusal = await Assert.ThrowsAsync<SetupException>(() => app.StartAsync());
        using var socket = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(IPAddress.Loopback, port));
        return refusal.Message;
    }

    private Task AsOwner(params string[] statements) => Sql.Run(_database.OwnerConnectionString, statements);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
