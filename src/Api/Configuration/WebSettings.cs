using System.Net;

namespace RlsChat.Api.Configuration;

/// <summary>The settings of requests.</summary>
/// <param name="AuthRateLimit">How many requests to /auth/* one address may make in a minute.</param>
/// <param name="AddressRateLimit">How many requests one address may make in a minute, in all.</param>
/// <param name="PersonRateLimit">How many requests one person may make in a minute.</param>
/// <param name="RequestTimeout">The time-out of a request in seconds.</param>
/// <param name="CorsOrigins">The origins that CORS allows.</param>
/// <param name="MetricsToken">The token of /metrics; null: /metrics is off, except in development, where it is open.</param>
/// <param name="TrustedProxies">The proxies whose X-Forwarded-For is trusted.</param>
internal sealed record WebSettings(
    int AuthRateLimit, int AddressRateLimit, int PersonRateLimit, int RequestTimeout,
    string[] CorsOrigins, IPNetwork[] TrustedProxies, string? MetricsToken)
{
    /// <summary>The variables that are read here.</summary>
    public static readonly string[] Names =
    [
        "AUTH_RATE_LIMIT", "ADDRESS_RATE_LIMIT", "PERSON_RATE_LIMIT", "REQUEST_TIMEOUT", "CORS_ORIGINS", "TRUSTED_PROXIES",
        "METRICS_TOKEN",
    ];

    /// <summary>What begins like one of these and is not in <see cref="Names"/> is misspelt.</summary>
    public static readonly string[] Prefixes =
    [
        "AUTH_RATE_", "ADDRESS_RATE_", "PERSON_RATE_", "REQUEST_TIME", "CORS_", "TRUSTED_PROX",
        "METRICS_",
    ];

    public static WebSettings Read(Values values) => new(
        values.Number("AUTH_RATE_LIMIT", 10, 1, 1_000_000),
        values.Number("ADDRESS_RATE_LIMIT", 1200, 1, 1_000_000),
        values.Number("PERSON_RATE_LIMIT", 600, 1, 1_000_000),
        values.Number("REQUEST_TIMEOUT", 30, 1, 3600),
        values.Parse("CORS_ORIGINS", "", text => All(text, Origin), "origins such as https://app.example, with commas between"),
        values.Parse("TRUSTED_PROXIES", "", text => All(text, Network), "addresses or networks such as 10.0.0.0/8, with commas between"),
        values.Text("METRICS_TOKEN") is null ? null : values.Parse("METRICS_TOKEN", null, Token, "at least 16 visible ASCII characters"));

    private static T[] All<T>(string list, Func<string, T> read) =>
        list.Length == 0 ? [] : [.. list.Split(',', StringSplitOptions.TrimEntries).Select(read)];

    private static string Token(string text) =>
        text.Length >= 16 && text.All(letter => letter is >= '!' and <= '~') ? text : throw new FormatException();

    private static string Origin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http"
            && url.GetLeftPart(UriPartial.Authority) == text
            ? text
            : throw new FormatException();

    private static IPNetwork Network(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new FormatException();
}
