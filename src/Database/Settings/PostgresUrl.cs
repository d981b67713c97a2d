using System.Net;
using Npgsql;

namespace RlsChat.Database;

/// <summary>Reads <c>postgresql://user:password@host:port/database?sslmode=require</c> as hosts hand it out.</summary>
public static class PostgresUrl
{
    private static readonly string[] Schemes = ["postgresql://", "postgres://"];

    /// <summary>
    /// Turns a URL into Npgsql's settings. Several hosts are separated by commas; every part is percent-decoded.
    /// <c>sslmode=require</c> is raised to <c>verify-full</c> except on loopback: without checking the
    /// certificate, TLS does not say who is at the other end.
    /// </summary>
    /// <param name="url">The URL.</param>
    /// <param name="variable">Where the URL came from, for the message.</param>
    /// <exception cref="SetupException">The URL is malformed; the message never shows the URL, which holds a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string url, string variable)
    {
        var rest = AfterScheme(url) ?? throw Malformed(variable, "it must begin with postgresql://");
        var (beforeQuery, query) = Split(rest, '?');
        var (authority, database) = Split(beforeQuery, '/');
        var at = authority.LastIndexOf('@');
        var (user, password) = Split(at < 0 ? "" : authority[..at], ':');

        var settings = new NpgsqlConnectionStringBuilder();
        SetHosts(settings, authority[(at + 1)..], variable);
        settings.Username = Some(user, variable) ?? settings.Username;
        settings.Password = Some(password, variable) ?? settings.Password;
        settings.Database = Some(database, variable) ?? settings.Database;
        foreach (var option in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Split(option, '=');
            PostgresUrlOptions.Apply(settings, Decode(name, variable), Decode(value, variable), variable);
        }

        if (settings.SslMode is SslMode.Require or SslMode.VerifyCA && !IsLoopback(settings.Host))
        {
            settings.SslMode = SslMode.VerifyFull;
        }

        return settings;
    }

    /// <summary>True when every host of the list is this machine: a loopback address or a socket's directory.</summary>
    public static bool IsLoopback(string? hosts) =>
        (hosts ?? "").Split(',').All(entry =>
        {
            var host = entry.StartsWith('[') ? entry[1..].Split(']')[0]
                : entry.Count(c => c == ':') == 1 ? entry.Split(':')[0]
                : entry;
            return host is "localhost" || host.StartsWith('/')
                || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
        });

    internal static SetupException Malformed(string variable, string why) =>
        new($"{variable} is not a usable PostgreSQL URL: {why}. "
            + "Expected: postgresql://user:password@host:5432/database?sslmode=require");

    private static string? AfterScheme(string url) =>
        Schemes.Where(scheme => url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            .Select(scheme => url[scheme.Length..])
            .FirstOrDefault();

    // Npgsql takes one host and one port, or several hosts each with its own port behind a colon.
    private static void SetHosts(NpgsqlConnectionStringBuilder settings, string list, string variable)
    {
        foreach (var entry in list.Split(','))
        {
            var colon = entry.LastIndexOf(':');
            var hasPort = colon > entry.LastIndexOf(']');
            var host = Decode((hasPort ? entry[..colon] : entry).Trim('[', ']'), variable);
            var port = NpgsqlConnection.DefaultPort;
            if (host.Length == 0)
            {
                throw Malformed(variable, "it names no host");
            }

            if (hasPort && (!int.TryParse(entry[(colon + 1)..], out port) || port is < 1 or > 65535))
            {
                throw Malformed(variable, "the port must be a number from 1 to 65535");
            }

            (settings.Host, settings.Port) = (host, port);
        }

        if (list.Contains(',', StringComparison.Ordinal))
        {
            settings.Host = list;
        }
    }

    private static (string Before, string After) Split(string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, "") : (text[..index], text[(index + 1)..]);
    }

    private static string? Some(string text, string variable) => text.Length == 0 ? null : Decode(text, variable);

    private static string Decode(string text, string variable)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                throw Malformed(variable, "a % must be followed by two hexadecimal digits (write %25 for a % itself)");
            }
        }

        return Uri.UnescapeDataString(text);
    }
}
