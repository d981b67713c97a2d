using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using RlsChat.Api;
using RlsChat.Api.Configuration;
using RlsChat.Database;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>A wrong setting stops the start, with its name and without its value, which may be a secret.</summary>
public sealed partial class SettingsTests
{
    private static readonly string Key = Convert.ToBase64String(new byte[32]);

    private static readonly Dictionary<string, string> Good = new()
    {
        ["POSTGRES_URL"] = "postgresql://owner:owners@localhost/rlschat",
        ["RLSCHAT_API_PASSWORD"] = "a",
        ["RLSCHAT_AUTH_PASSWORD"] = "b",
        ["RLSCHAT_LIVE_PASSWORD"] = "c",
        ["JWT_ISSUER"] = "i",
        ["JWT_AUDIENCE"] = "a",
        ["JWT_SIGNING_KEYS"] = $"k1:{Key},k2:{Key}",
    };

    [Fact]
    public async Task Good_ones_build()
    {
        await using var app = ApiHost.Build(Args(Good));
    }

    [Theory]
    [InlineData("POSTGRES_URL", "")]
    [InlineData("POSTGRES_URL", "mysql://secret@localhost/rlschat")]
    [InlineData("POSTGRES_URL", "postgresql://secret@localhost/rlschat?ssl=secret")]
    [InlineData("POSTGRES_API_URL", "secret")]
    [InlineData("RLSCHAT_API_PASSWORD", "")]
    [InlineData("RLSCHAT_AUTH_PASSWORD", "")]
    [InlineData("RLSCHAT_LIVE_PASSWORD", "")]
    [InlineData("POSTGRES_READ_URL", "secret")]
    [InlineData("POSTGRES_READ_LAG", "1")]
    [InlineData("POSTGRES_LIVE_URL", "secret")]
    [InlineData("RLSCHAT_LIVE_PASWORD", "secret")]
    [InlineData("POSTGRES_EXPLAIN_URL", "secret")]
    [InlineData("RLSCHAT_EXPLAIN_PASWORD", "secret")]
    [InlineData("JWT_ISSUER", "")]
    [InlineData("JWT_AUDIENCE", "")]
    [InlineData("JWT_SIGNING_KEYS", "")]
    [InlineData("JWT_SIGNING_KEYS", "secret")]
    [InlineData("JWT_SIGNING_KEYS", "k:secret!")]
    [InlineData("JWT_SIGNING_KEYS", "k:c2VjcmV0")]
    [InlineData("JWT_SIGNING_KEYS", "bad kid:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("JWT_SIGNING_KEYS", "k:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,k:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("JWT_SIGNING_KEYS", "k:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,")]
    [InlineData("PORT", "secret")]
    [InlineData("PORT", "65536")]
    [InlineData("HOST", "secret")]
    [InlineData("DATABASE_MAX_CONNECTIONS", "0")]
    [InlineData("DATABASE_MAX_CONNECTIONS", "7")]
    [InlineData("DATABASE_MAX_CONNECTIONS", "99999999999")]
    [InlineData("DATABASE_IDLE_TIMEOUT", "-1")]
    [InlineData("DATABASE_MAX_LIFETIME", "1h")]
    [InlineData("DATABASE_CONNECT_TIMEOUT", "0")]
    [InlineData("DATABASE_PREPARE", "secret")]
    [InlineData("DATABASE_MAX_CONECTIONS", "5")]
    [InlineData("AUTH_RATE_LIMIT", "0")]
    [InlineData("ADDRESS_RATE_LIMIT", "-1")]
    [InlineData("PERSON_RATE_LIMIT", "secret")]
    [InlineData("PERSON_RATE_LIMITS", "5")]
    [InlineData("REQUEST_TIMEOUT", "0")]
    [InlineData("CORS_ORIGINS", "secret")]
    [InlineData("CORS_ORIGINS", "https://app.example/")]
    [InlineData("CORS_ORIGINS", "*")]
    [InlineData("CORS_ORIGIN", "https://app.example")]
    [InlineData("TRUSTED_PROXIES", "10.0.0.0/8,secret")]
    [InlineData("TRUSTED_PROXIES", "10.0.0.0/33")]
    [InlineData("METRICS_TOKEN", "secret")]
    [InlineData("METRICS_TOKENS", "secret-secret-secret")]
    [InlineData("GITHUB_CLIENT_ID", "id-alone")]
    [InlineData("GITHUB_CLIENT_SECRET", "alone")]
    [InlineData("GITHUB_CLIENT_SECRETS", "secret")]
    [InlineData("PUBLIC_URL", "http://secret.example")]
    [InlineData("PUBLIC_URL", "https://chat.example/?secret")]
    [InlineData("REFRESH_GRACE", "-1")]
    [InlineData("REFRESH_GRACE", "301")]
    [InlineData("REFRESH_GRACE", "30s")]
    [InlineData("REFRESH_GRACES", "30")]
    [InlineData("SMTP_URL", "https://secret.example")]
    [InlineData("MAIL_FROM", "secret")]
    [InlineData("MAIL_FOLDERS", "secret")]
    [InlineData("CHAT_MODEL", "alone")]
    [InlineData("CHAT_KEY", "secret")]
    [InlineData("CHAT_KEYS", "secret")]
    [InlineData("CHAT_ENDPOINT", "http://secret.example/v1")]
    public void A_bad_one_is_named(string name, string value)
    {
        var error = Assert.Throws<SetupException>(() => ApiHost.Build(Args(new(Good) { [name] = value })));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The table of docs/operating.md lists every setting that is read, with its default.</summary>
    [Fact]
    public void The_table_of_the_docs_is_what_is_asked_for()
    {
        var documented = Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs/operating.md")))
            .SelectMany(row => Name().Matches(row.Groups[1].Value).Select(name => (Name: name.Groups[1].Value, Default: row.Groups[2].Value)))
            .ToDictionary(row => row.Name, row => row.Default);
        var given = new Dictionary<string, string?>(Good!) { ["GITHUB_CLIENT_ID"] = "id", ["GITHUB_CLIENT_SECRET"] = "secret" };
        var values = new Values(new ConfigurationBuilder().AddInMemoryCollection(given).Build());
        Settings.Read(values, new HostingEnvironment { EnvironmentName = Environments.Production });
        // Settings that are read elsewhere; variables of other programs are not documented here.
        var elsewhere = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Read().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Where(name => name is not ("PATH" or "SSL_CERT_FILE") && !name.StartsWith("PG", StringComparison.Ordinal));

        Assert.Equal(values.Asked.Keys.Union(elsewhere).Order(StringComparer.Ordinal), documented.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, standard) in values.Asked)
        {
            new Values(new ConfigurationBuilder().AddInMemoryCollection([new(name, "x")]).Build()).RefuseUnknown();
            if (name == "DATABASE_MAX_CONNECTIONS")
            {
                Assert.Equal($"{(8 * System.Environment.ProcessorCount) + 4}", standard);
                Assert.StartsWith("8 for each core, and 4", documented[name], StringComparison.Ordinal);
            }
            else if (standard is { Length: > 0 })
            {
                Assert.Contains($"`{standard}`", documented[name], StringComparison.Ordinal);
            }
        }
    }

    [GeneratedRegex(@"^\| (`[^|]+) \|[^|]+\| ([^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Z_]+)`")]
    private static partial Regex Name();

    [GeneratedRegex("""(?:GetEnvironmentVariable\(|configuration\[)"([A-Z_]+)""")]
    private static partial Regex Read();

    private static string[] Args(Dictionary<string, string> settings) =>
        [.. settings.Select(setting => $"--{setting.Key}={setting.Value}")];
}
