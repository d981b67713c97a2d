using MimeKit;

namespace RlsChat.Api.Configuration;

/// <summary>The settings of signing in.</summary>
/// <param name="PublicUrl">Where browsers reach this API, when that is not what it listens on; null otherwise.</param>
/// <param name="KeysFolder">Where the keys for cookies, states and OAuth tokens are stored; null: in memory.</param>
/// <param name="GitHub">Sign-in with GitHub, or null for none.</param>
/// <param name="Mail">How mail is sent, or null for none.</param>
/// <param name="RefreshGrace">For how many seconds an exchanged refresh token can be exchanged again.</param>
internal sealed record SignInSettings(
    Uri? PublicUrl, string? KeysFolder, GitHubSettings? GitHub, MailSettings? Mail, int RefreshGrace)
{
    /// <summary>The variables that are read here.</summary>
    public static readonly string[] Names =
    [
        "PUBLIC_URL", "DATA_PROTECTION_KEYS", "GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET", "GITHUB_OAUTH_URL",
        "GITHUB_OAUTH_API_URL", "GITHUB_OAUTH_STORE_TOKENS", "SMTP_URL", "MAIL_FROM", "MAIL_FOLDER", "REFRESH_GRACE",
    ];

    /// <summary>What begins like one of these and is not in <see cref="Names"/> is misspelt.</summary>
    public static readonly string[] Prefixes = ["DATA_PROTECTION_", "GITHUB_CLIENT_", "GITHUB_OAUTH_", "SMTP_URL", "MAIL_F", "REFRESH_"];

    public static SignInSettings Read(Values values, bool development)
    {
        var keys = values.Text("DATA_PROTECTION_KEYS") ?? (development ? Path.Combine(".data", "keys") : null);
        return new SignInSettings(
            values.Text("PUBLIC_URL") is null ? null : values.Parse("PUBLIC_URL", null, Url, UrlForm),
            keys, GitHubSettings.Read(values, keys), MailSettings.Read(values, development),
            // The database takes no more than 300 either.
            values.Number("REFRESH_GRACE", 30, 0, 300));
    }

    internal const string UrlForm = "an https address without query or fragment (http only on loopback)";

    /// <summary>Secrets are sent there, so it must use TLS or be on loopback.</summary>
    internal static Uri Url(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
        && url is { Query: "", Fragment: "", UserInfo: "" }
            ? new Uri(url.AbsoluteUri.TrimEnd('/'))
            : throw new FormatException();
}

/// <summary>The OAuth application of this API at GitHub.</summary>
/// <param name="ClientId">Its id there.</param>
/// <param name="ClientSecret">Its secret there.</param>
/// <param name="Url">Where people sign in.</param>
/// <param name="ApiUrl">Where GitHub says who they are.</param>
/// <param name="StoreTokens">Whether GitHub's tokens are kept, encrypted.</param>
internal sealed record GitHubSettings(string ClientId, string ClientSecret, string Url, string ApiUrl, bool StoreTokens)
{
    public static GitHubSettings? Read(Values values, string? keys)
    {
        var (id, secret) = (values.Text("GITHUB_CLIENT_ID"), values.Text("GITHUB_CLIENT_SECRET"));
        if (id is null && secret is null)
        {
            return null;
        }

        var store = values.Parse("GITHUB_OAUTH_STORE_TOKENS", "off", text => text switch
        {
            "on" => true,
            "off" => false,
            _ => throw new FormatException(),
        }, "on or off");
        return new GitHubSettings(
            id ?? throw Values.Missing("GITHUB_CLIENT_ID (which GITHUB_CLIENT_SECRET needs)"),
            secret ?? throw Values.Missing("GITHUB_CLIENT_SECRET (which GITHUB_CLIENT_ID needs)"),
            values.Parse("GITHUB_OAUTH_URL", "https://github.com", Address, SignInSettings.UrlForm),
            values.Parse("GITHUB_OAUTH_API_URL", "https://api.github.com", Address, SignInSettings.UrlForm),
            // Tokens that are encrypted with keys in memory cannot be read after a restart.
            store && keys is null ? throw Values.Missing("DATA_PROTECTION_KEYS") : store);
    }

    private static string Address(string text) => SignInSettings.Url(text).AbsoluteUri.TrimEnd('/');
}

/// <summary>How mail is sent: by a server, or into a folder.</summary>
/// <param name="From">The sender.</param>
/// <param name="Server">An SMTP server, <c>smtp://</c> or <c>smtps://</c>, with name and password where it wants them.</param>
/// <param name="Folder">Where .eml files are put when there is no server.</param>
internal sealed record MailSettings(MailboxAddress From, Uri? Server, string? Folder)
{
    public static MailSettings? Read(Values values, bool development)
    {
        var server = values.Text("SMTP_URL") is null ? null : values.Parse("SMTP_URL", null, Parse, "smtp://host:port or smtps://host:port");
        var folder = values.Text("MAIL_FOLDER") ?? (development ? Path.Combine(".data", "mail") : null);
        var from = values.Parse("MAIL_FROM", server is null ? "rlschat@localhost" : null, Address, "an e-mail address");
        return server is null && folder is null ? null : new MailSettings(from, server, folder);

        static MailboxAddress Address(string text) =>
            MailboxAddress.TryParse(text, out var from) && from.Address.Contains('@') ? from : throw new FormatException();
    }

    private static Uri Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "smtp" or "smtps", Host.Length: > 0, Query: "", PathAndQuery: "/" or "" }
            ? url
            : throw new FormatException();
}
