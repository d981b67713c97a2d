using System.Globalization;
using System.Net;
using System.Text;
using Npgsql;

namespace RlsChat.Database;

/// <summary>
/// Reads <c>postgresql://user:password@host:port/database?sslmode=require</c> as libpq does: several hosts, IPv6
/// addresses in brackets, folders of Unix sockets, percent-encoding in every part.
/// </summary>
public static class PostgresUrl
{
    private const string Encoding = "in a user or password, % is written %25, / is %2F and @ is %40";
    private static readonly string[] Schemes = ["postgresql://", "postgres://"];
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Turns a URL into Npgsql's settings. <c>sslmode=require</c> is raised to <c>verify-full</c> except on
    /// loopback: without checking the certificate, TLS does not authenticate the server. GSS encryption is
    /// used only if the URL requests it.
    /// </summary>
    /// <param name="url">The URL.</param>
    /// <param name="variable">The variable of the URL, for the message.</param>
    /// <exception cref="SetupException">The URL is malformed; the message never shows the URL, which holds a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string url, string variable)
    {
        var rest = AfterScheme(url.Trim()) ?? throw Malformed(variable, "it must begin with postgresql://");
        var credentials = "";
        if (rest.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at && !rest[..at].Contains('/', StringComparison.Ordinal))
        {
            (credentials, rest) = (rest[..at], rest[(at + 1)..]);
        }

        var (beforeQuery, query) = Split(rest, '?');
        var (hosts, database) = Split(beforeQuery, '/');
        var (user, password) = Split(credentials, ':');
        var settings = new NpgsqlConnectionStringBuilder { GssEncryptionMode = GssEncryptionMode.Disable };
        var places = new Places(variable);
        places.Read(hosts);
        settings.Username = Some(user, variable) ?? settings.Username;
        settings.Password = Some(password, variable) ?? settings.Password;
        settings.Database = Some(database, variable) ?? settings.Database;
        var options = new PostgresUrlOptions(settings, places, variable);
        foreach (var option in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Split(option, '=');
            if (name.Length == option.Length || value.Contains('=', StringComparison.Ordinal))
            {
                throw Malformed(variable, "after the ?, each option is name=value, with & between them (a = in a value is written %3D)");
            }

            options.Apply(Decode(name, variable), Decode(value, variable));
        }

        places.Set(settings);
        // A password with an unescaped / would become part of the database name, which messages show.
        if (database.Contains('@', StringComparison.Ordinal))
        {
            throw Malformed(variable, $"there is an @ after the / ({Encoding})");
        }

        options.Finish();
        return settings;
    }

    /// <summary>True when every host of the list is this machine: a loopback address or a socket's directory.</summary>
    public static bool IsLoopback(string? hosts) => Hosts(hosts, 0).All(place => IsSocket(place.Host)
        || place.Host is "localhost"
        || (IPAddress.TryParse(place.Host, out var address) && IPAddress.IsLoopback(address)));

    /// <summary>Names a database and its server for messages, without user and password.</summary>
    public static string Describe(NpgsqlConnectionStringBuilder settings)
    {
        var places = Hosts(settings.Host, settings.Port).Select(place =>
            IsSocket(place.Host) ? $"socket {place.Host.TrimEnd('/')}/.s.PGSQL.{place.Port}"
            : place.Host.Contains(':', StringComparison.Ordinal) ? $"[{place.Host}]:{place.Port}"
            : $"{place.Host}:{place.Port}");
        return $"database {settings.Database ?? settings.Username ?? "(the login's)"} on {string.Join(", ", places)}";
    }

    /// <summary>The same settings for each host of the list.</summary>
    public static IReadOnlyList<NpgsqlConnectionStringBuilder> Each(NpgsqlConnectionStringBuilder settings) =>
    [
        .. Hosts(settings.Host, settings.Port).Select(place =>
            new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Host = place.Host, Port = place.Port, TargetSessionAttributes = null }),
    ];

    /// <summary>Each host of Npgsql's list, without brackets, with its port.</summary>
    internal static IEnumerable<(string Host, int Port)> Hosts(string? list, int port)
    {
        foreach (var entry in (list ?? "").Split(','))
        {
            var colon = entry.LastIndexOf(':');
            yield return entry.StartsWith('[') && colon < entry.LastIndexOf(']') ? (entry.Trim('[', ']'), port)
                : colon >= 0 && (entry.StartsWith('[') || colon == entry.IndexOf(':', StringComparison.Ordinal))
                    ? (entry[..colon].Trim('[', ']'), int.Parse(entry[(colon + 1)..], CultureInfo.InvariantCulture))
                : (entry, port);
        }
    }

    internal static bool IsSocket(string host) => host.StartsWith('/') || host.StartsWith('@');

    internal static SetupException Malformed(string variable, string why) =>
        new($"{variable} is not a usable PostgreSQL URL: {why}. "
            + "Expected: postgresql://user:password@host:5432/database?sslmode=require");

    private static string? AfterScheme(string url) =>
        Schemes.Where(scheme => url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            .Select(scheme => url[scheme.Length..])
            .FirstOrDefault();

    private static (string Before, string After) Split(string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, "") : (text[..index], text[(index + 1)..]);
    }

    private static string? Some(string text, string variable) => text.Length == 0 ? null : Decode(text, variable);

    private static string Decode(string text, string variable)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                bytes.AddRange(System.Text.Encoding.UTF8.GetBytes(text.Substring(i, length)));
                i += length - 1;
            }
            else if (i + 2 < text.Length
                && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                && code != 0)
            {
                bytes.Add(code);
                i += 2;
            }
            else
            {
                throw Malformed(variable, $"a % must be followed by two hexadecimal digits, and not by 00 ({Encoding})");
            }
        }

        try
        {
            return Strict.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            throw Malformed(variable, "percent-encoded text must be UTF-8");
        }
    }

    /// <summary>The hosts and ports of a URL. One port is that of every host.</summary>
    internal sealed class Places(string variable)
    {
        private string[] _hosts = [], _ports = [];

        /// <summary>Reads what stands before the database's name.</summary>
        public void Read(string list)
        {
            if (list.Contains('@', StringComparison.Ordinal))
            {
                throw Malformed(variable, $"there is a second @ ({Encoding})");
            }

            var entries = list.Split(',').Select(Entry).ToList();
            (_hosts, _ports) = ([.. entries.Select(entry => entry.Host)], [.. entries.Select(entry => entry.Port)]);
        }

        public void SetHosts(string list) => _hosts = list.Split(',');

        public void SetPorts(string list) => _ports = list.Split(',');

        // Npgsql takes one host and one port, or several hosts each with its own port behind a colon.
        public void Set(NpgsqlConnectionStringBuilder settings)
        {
            if (_ports.Length != 1 && _ports.Length != _hosts.Length)
            {
                throw Malformed(variable, $"it has {_hosts.Length} hosts and {_ports.Length} ports; give one port, or one for each host");
            }

            var places = _hosts.Select((host, i) => Place(host, Port(_ports[_ports.Length == 1 ? 0 : i]))).ToList();
            (settings.Host, settings.Port) = places[0];
            if (places.Count > 1)
            {
                settings.Host = string.Join(',', places.Select(place =>
                    IPAddress.TryParse(place.Host, out _) && place.Host.Contains(':', StringComparison.Ordinal)
                        ? $"[{place.Host}]:{place.Port}" : $"{place.Host}:{place.Port}"));
            }
        }

        private (string Host, string Port) Entry(string entry)
        {
            if (!entry.StartsWith('['))
            {
                var (host, port) = Split(entry, ':');
                return (Decode(host, variable), Decode(port, variable));
            }

            var end = entry.IndexOf(']', StringComparison.Ordinal);
            if (end < 2 || (end + 1 < entry.Length && entry[end + 1] != ':'))
            {
                throw Malformed(variable, "an IPv6 address must be in brackets, as in [::1]:5432");
            }

            return (Decode(entry[1..end], variable), end + 1 < entry.Length ? Decode(entry[(end + 2)..], variable) : "");
        }

        private (string Host, int Port) Place(string host, int port)
        {
            if (host.Length == 0)
            {
                return (DefaultHost(port), port);
            }

            var isAddress = IPAddress.TryParse(host, out _);
            return host.AsSpan().ContainsAny(",[]\n\r") || (host.Contains(':', StringComparison.Ordinal) && !isAddress)
                ? throw Malformed(variable, "a host is a name, an address, or the folder of a Unix socket, without colon or comma")
                : (host, port);
        }

        // As libpq: Debian's packages use the first folder, PostgreSQL's default is the second.
        private static string DefaultHost(int port)
        {
            string[] folders = ["/var/run/postgresql", "/tmp"];
            return folders.FirstOrDefault(folder => File.Exists($"{folder}/.s.PGSQL.{port}"))
                ?? folders.FirstOrDefault(Directory.Exists) ?? "localhost";
        }

        private int Port(string text) =>
            text.Length == 0 ? NpgsqlConnection.DefaultPort
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 ? port
            : throw Malformed(variable, $"the port must be a number from 1 to 65535 ({Encoding}; IPv6 addresses must be in brackets)");
    }
}
