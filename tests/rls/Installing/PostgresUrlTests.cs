using Npgsql;
using RlsChat.Database;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>Configuration: a URL as hosts hand it out, and what is wrong with one that we refuse.</summary>
public sealed class PostgresUrlTests
{
    [Fact]
    public void A_url_of_a_host()
    {
        var settings = Parse("postgresql://neondb_owner:p%40ss%2Fword%25@ep-cool.example.com/neon%20db?sslmode=require&channel_binding=require&connect_timeout=10");

        Assert.Equal("ep-cool.example.com", settings.Host);
        Assert.Equal(5432, settings.Port);
        Assert.Equal("neondb_owner", settings.Username);
        Assert.Equal("p@ss/word%", settings.Password);
        Assert.Equal("neon db", settings.Database);
        Assert.Equal(ChannelBinding.Require, settings.ChannelBinding);
        Assert.Equal(10, settings.Timeout);
    }

    [Theory]
    [InlineData("db.example.com", "require", SslMode.VerifyFull)]
    [InlineData("db.example.com", "verify-ca", SslMode.VerifyFull)]
    [InlineData("db.example.com,127.0.0.1", "require", SslMode.VerifyFull)]
    [InlineData("127.0.0.1", "require", SslMode.Require)]
    [InlineData("localhost:6543", "require", SslMode.Require)]
    [InlineData("[::1]:6543", "require", SslMode.Require)]
    [InlineData("db.example.com", "disable", SslMode.Disable)]
    public void Require_also_verifies_who_answers_except_on_loopback(string host, string mode, SslMode expected) =>
        Assert.Equal(expected, Parse($"postgresql://u:p@{host}/d?sslmode={mode}").SslMode);

    [Fact]
    public void Several_hosts()
    {
        var settings = Parse("postgres://u:p@a.example:5433,b.example:5434/d?target_session_attrs=primary");

        Assert.Equal("a.example:5433,b.example:5434", settings.Host);
        Assert.Equal("primary", settings.TargetSessionAttributes);
    }

    [Theory]
    [InlineData("Host=x;Password=hunter2", "postgresql://")]
    [InlineData("postgresql://u:hunter2@/d", "host")]
    [InlineData("postgresql://u:hunter2@h:port/d", "port")]
    [InlineData("postgresql://u:hunter2@h:0/d", "port")]
    [InlineData("postgresql://u:hunter2%zz@h/d", "%")]
    [InlineData("postgresql://u:hunter2@h/d?sslmod=require", "\"sslmod\"")]
    [InlineData("postgresql://u:hunter2@h/d?sslmode=yes", "sslmode")]
    [InlineData("postgresql://u:hunter2@h/d?connect_timeout=soon", "connect_timeout")]
    public void What_is_malformed_is_named_and_the_password_is_not(string url, string named)
    {
        var refusal = Assert.Throws<SetupException>(() => Parse(url));

        Assert.Contains("POSTGRES_URL", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_logins_go_where_the_owner_goes_but_never_as_the_owner()
    {
        var settings = DatabaseSettings.Read(name => name switch
        {
            "POSTGRES_URL" => "postgresql://boss:secret@pooler.example/d",
            "POSTGRES_DIRECT_URL" => "postgresql://boss:secret@direct.example/d",
            "RLSCHAT_API_PASSWORD" => "api",
            "RLSCHAT_LIVE_PASSWORD" => "live",
            "POSTGRES_AUTH_URL" => "postgresql://rlschat_auth:own@auth.example/d",
            _ => null,
        });

        Assert.Equal("direct.example", settings.Owner!.Host);
        Assert.Equal(("pooler.example", "rlschat_api", "api"), (settings.Api!.Host, settings.Api.Username, settings.Api.Password));
        Assert.Equal(("auth.example", "rlschat_auth", "own"), (settings.Auth!.Host, settings.Auth.Username, settings.Auth.Password));
        // A pooler passes no notification on.
        Assert.Equal(("direct.example", "rlschat_live", "live"), (settings.Live!.Host, settings.Live.Username, settings.Live.Password));
    }

    private static NpgsqlConnectionStringBuilder Parse(string url) => PostgresUrl.Parse(url, "POSTGRES_URL");
}
