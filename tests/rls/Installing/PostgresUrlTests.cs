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

    /// <summary>The addresses of libpq's documentation, and what stands behind a host.</summary>
    [Theory]
    [InlineData("postgresql://localhost", "localhost:5432")]
    [InlineData("postgresql://localhost:5433", "localhost:5433")]
    [InlineData("postgresql://localhost/d", "localhost:5432")]
    [InlineData("postgresql://u@localhost", "localhost:5432")]
    [InlineData("postgresql://u:p@localhost:/d", "localhost:5432")]
    [InlineData("postgresql://other@localhost/d?connect_timeout=10&application_name=myapp", "localhost:5432")]
    [InlineData("postgresql://host1:123,host2:456/d?target_session_attrs=primary", "host1:123, host2:456")]
    [InlineData("postgresql://host1,host2/d", "host1:5432, host2:5432")]
    [InlineData("postgresql://host1,host2:7/d", "host1:5432, host2:7")]
    [InlineData("postgresql://host1,host2/d?port=7", "host1:7, host2:7")]
    [InlineData("postgresql://host1:1,host2:2/d?port=3,4", "host1:3, host2:4")]
    [InlineData("postgresql:///d?host=localhost&port=5433", "localhost:5433")]
    [InlineData("postgresql://a:5433/d?host=b,c", "b:5433, c:5433")]
    [InlineData("postgresql://[2001:db8::1234]/d", "[2001:db8::1234]:5432")]
    [InlineData("postgresql://[2001:db8::1234]:5433/d", "[2001:db8::1234]:5433")]
    [InlineData("postgresql://[::1]:1,127.0.0.1:2/d", "[::1]:1, 127.0.0.1:2")]
    [InlineData("postgresql:///d?host=::1,b&port=1,2", "[::1]:1, b:2")]
    [InlineData("postgresql://%2Fvar%2Flib%2Fpostgresql/d", "socket /var/lib/postgresql/.s.PGSQL.5432")]
    [InlineData("postgresql://u:p@%2Ftmp:5433/d", "socket /tmp/.s.PGSQL.5433")]
    [InlineData("postgresql:///d?host=/tmp&port=5433", "socket /tmp/.s.PGSQL.5433")]
    [InlineData("postgresql:///d?host=/tmp,db.example&port=1,2", "socket /tmp/.s.PGSQL.1, db.example:2")]
    [InlineData("postgresql://d%62.example:54%33%32/d", "db.example:5432")]
    [InlineData("  postgresql://localhost/d\n", "localhost:5432")]
    [InlineData("POSTGRESQL://localhost/d", "localhost:5432")]
    public void Hosts(string url, string places)
    {
        var settings = Parse(url);

        Assert.EndsWith($" on {places}", PostgresUrl.Describe(settings), StringComparison.Ordinal);
        // Npgsql takes it: with one host, when what it has to be is asked for by ourselves.
        Connections.TakeSession(settings);
        Npgsql.NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { TargetSessionAttributes = null }).Dispose();
    }

    [Fact]
    public void No_host_is_the_socket_of_this_machine() =>
        Assert.Matches(@"^database d on (socket /[a-z/]+/\.s\.PGSQL\.5432|localhost:5432)$", PostgresUrl.Describe(Parse("postgresql:///d")));

    [Fact]
    public void Every_part_is_percent_decoded()
    {
        var settings = Parse("postgresql://us%C3%A9r%40:%20p%3A%2F%3F%23%5B%5D%40%26%3D%2B+%25@h/d%2Fb%3F?application_name=a%26b%3Dc&options=-c%20x.y%3D1");

        Assert.Equal(("usér@", " p:/?#[]@&=++%", "d/b?"), (settings.Username, settings.Password, settings.Database));
        Assert.Equal(("a&b=c", "-c x.y=1"), (settings.ApplicationName, settings.Options));
    }

    [Fact]
    public void Options_come_out_as_what_Npgsql_calls_them()
    {
        var settings = Parse("postgresql://h/d?user=u&password=p&dbname=e&passfile=/f&require_auth=!md5,!password&channel_binding=disable"
            + "&connect_timeout=7&client_encoding=utf-8&application_name=a&fallback_application_name=b&keepalives=1&keepalives_idle=30"
            + "&keepalives_interval=5&gssencmode=prefer&krbsrvname=k&ssl=true&sslnegotiation=direct&sslcert=/c&sslkey=/k&sslrootcert=/r"
            + "&target_session_attrs=any&load_balance_hosts=random");

        Assert.Equal(("u", "p", "e", "/f"), (settings.Username, settings.Password, settings.Database, settings.Passfile));
        Assert.Equal(("!MD5,!Password", ChannelBinding.Disable, 7, "a"),
            (settings.RequireAuth, settings.ChannelBinding, settings.Timeout, settings.ApplicationName));
        Assert.Equal((true, 30, 5), (settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval));
        Assert.Equal((GssEncryptionMode.Prefer, "k", SslMode.VerifyFull, SslNegotiation.Direct),
            (settings.GssEncryptionMode, settings.KerberosServiceName, settings.SslMode, settings.SslNegotiation));
        Assert.Equal(("/c", "/k", "/r"), (settings.SslCertificate, settings.SslKey, settings.RootCertificate));
        Assert.Equal((null, true), (settings.TargetSessionAttributes, settings.LoadBalanceHosts));
        Assert.Equal("b", Parse("postgresql://h/d?fallback_application_name=b").ApplicationName);
    }

    [Theory]
    [InlineData("localhost", "", SslMode.VerifyFull)]
    [InlineData("localhost", "&sslmode=require", SslMode.VerifyFull)]
    [InlineData("%2Ftmp", "&sslmode=require", SslMode.Disable)]
    public void Roots_of_the_system_mean_that_the_certificate_is_checked(string host, string more, SslMode expected) =>
        Assert.Equal(expected, Parse($"postgresql://{host}/d?sslrootcert=system{more}").SslMode);

    [Theory]
    [InlineData("Host=x;Password=hunter2", "postgresql://")]
    [InlineData("postgresql://u:hunter2@a,b,c/d?port=1,2", "3 hosts and 2 ports")]
    [InlineData("postgresql://u:hunter2@[::1/d", "brackets")]
    [InlineData("postgresql://u:hunter2@[]/d", "brackets")]
    [InlineData("postgresql://u:hunter2@[::1]x/d", "brackets")]
    [InlineData("postgresql://u:hunter2@2001:db8::1/d", "brackets")]
    [InlineData("postgresql://u:p@hunter2@h/d", "second @ (in a user or password")]
    [InlineData("postgresql://u:hunter/2@h/d", "the port must be a number from 1 to 65535 (in a user or password")]
    [InlineData("postgresql://u:/hunter2@h/d", "an @ after the / (in a user or password")]
    [InlineData("postgresql://u:p@h/hunter2@h/d", "an @ after the / (in a user or password")]
    [InlineData("postgresql://u:hunter2%00@h/d", "%")]
    [InlineData("postgresql://u:hunter2%ff@h/d", "UTF-8")]
    [InlineData("postgresql://u:hunter2@h/d?sslmode", "name=value")]
    [InlineData("postgresql://u@h/d?password=a&hunter2=b", "unknown option ; supported are host, port, dbname")]
    [InlineData("postgresql://u@h/d?options=-c a=hunter2", "%3D")]
    [InlineData("postgresql://u:hunter2@h/d?hostaddr=127.0.0.1", "the option \"hostaddr\" is not supported; put the address into host")]
    [InlineData("postgresql://u:hunter2@h/d?service=s", "\"service\" is not supported")]
    [InlineData("postgresql://u:hunter2@h/d?sslpassword=hunter2", "\"sslpassword\" is not supported")]
    [InlineData("postgresql://u:hunter2@h/d?sslcrl=/c", "\"sslcrl\"")]
    [InlineData("postgresql://u:hunter2@h/d?keepalives_count=3", "\"keepalives_count\"")]
    [InlineData("postgresql://u:hunter2@h/d?target_session_attrs=prefer-primary", "target_session_attrs is one of any, read-write, read-only, primary, standby, prefer-standby")]
    [InlineData("postgresql://u:hunter2@h/d?channel_binding=yes", "channel_binding is one of disable, prefer, require")]
    [InlineData("postgresql://u:hunter2@h/d?load_balance_hosts=true", "load_balance_hosts is one of disable, random")]
    [InlineData("postgresql://u:hunter2@h/d?require_auth=md5,!password", "require_auth is a list of password, md5")]
    [InlineData("postgresql://u:hunter2@h/d?client_encoding=LATIN1", "client_encoding can only be UTF8")]
    [InlineData("postgresql://u:hunter2@h/d?sslrootcert=system&sslmode=prefer", "sslrootcert=system needs")]
    [InlineData("postgresql://u:hunter2@h/d?sslnegotiation=direct", "sslnegotiation=direct needs")]
    [InlineData("postgresql://u:hunter2@h/d?ssl=1", "ssl can only be true")]
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
