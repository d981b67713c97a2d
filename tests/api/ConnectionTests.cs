using RlsChat.Api;
using RlsChat.Database;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api;

/// <summary>A URL does the same in the API as in the commands (tests/rls/Installing/ConnectionTests.cs).</summary>
public sealed class ConnectionTests(ConnectionTests.Server server) : IClassFixture<ConnectionTests.Server>
{
    /// <summary>One server for all of them, with a migrated database.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal ReachableServer It { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            It = await ReachableServer.Start();
            await Migrator.Run(
                PostgresUrl.Parse(It.Url("127.0.0.1:{port}/my%20db"), "POSTGRES_URL").ConnectionString,
                new MigrationOptions { ApiPassword = "a", AuthPassword = "b", LivePassword = "c" });
        }

        public async Task DisposeAsync() => await (It?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Theory]
    [InlineData("127.0.0.1:{port}/my%20db?target_session_attrs=read-write")]
    [InlineData("/my%20db?host={socket}&port={port}&sslmode=require")]
    [InlineData("127.0.0.1:1,127.0.0.1:{port}/my%20db?target_session_attrs=primary")]
    [InlineData("127.0.0.1:1,{folder}:{port}/my%20db")]
    [InlineData("localhost:{port}/my%20db?sslmode=verify-full&sslrootcert={ca}&channel_binding=require")]
    [InlineData("127.0.0.1:{port}/my%20db?connect_timeout=9&application_name=mine&keepalives_idle=30&gssencmode=disable")]
    public async Task It_works(string rest)
    {
        await using var app = Build(rest, "a");
        await app.StartAsync();
        var ana = new Person("ana", ApiFixture.AddressOf(app));
        ana.Take((await ana.Post("/auth/register", new { email = $"{Guid.NewGuid():N}@example.org", password = Person.Password })).Is(201));
        (await ana.Get("/chats")).Is(200);
        (await ana.Get("/health/ready")).Is(200);
    }

    [Theory]
    [InlineData("127.0.0.1:1/my%20db", "a", "nothing listens there (connection refused). Start the server")]
    [InlineData("127.0.0.1:{port}/my%20db", "wrong", "(28P01). Correct RLSCHAT_API_PASSWORD, or let make db-migrate set it")]
    [InlineData("127.0.0.1:{port}/none", "a", "(3D000). Correct the name behind the /")]
    [InlineData("127.0.0.1:{port}/my%20db?target_session_attrs=standby", "a", "target_session_attrs is standby, and the server is a primary")]
    [InlineData("127.0.0.1:1,127.0.0.1:{port}/my%20db?target_session_attrs=standby", "a", "no host that answers is what target_session_attrs=standby asks for")]
    [InlineData("localhost:{port}/my%20db?sslmode=verify-full", "a", "the server's certificate is not trusted")]
    [InlineData("127.0.0.1:{port}/my%20db?gssencmode=require", "a", "GSS encryption")]
    public async Task A_failure_says_what_to_do(string rest, string password, string says)
    {
        await using var app = Build(rest, password);
        var refusal = await Assert.ThrowsAsync<SetupException>(() => app.StartAsync());
        Assert.StartsWith("the database cannot be asked whether it is safe to serve from. No connection to database ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", refusal.Message, StringComparison.Ordinal);
    }

    private Microsoft.AspNetCore.Builder.WebApplication Build(string rest, string password) => ApiHost.Build(
    [
        $"--POSTGRES_URL={server.It.Url(rest)}", $"--RLSCHAT_API_PASSWORD={password}", "--RLSCHAT_AUTH_PASSWORD=b", "--RLSCHAT_LIVE_PASSWORD=c",
        "--PORT=0", "--JWT_ISSUER=test-issuer", "--JWT_AUDIENCE=test-audience", $"--JWT_SIGNING_KEYS={ApiFixture.SigningKey}",
    ]);
}
