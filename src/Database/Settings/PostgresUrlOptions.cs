using System.Globalization;
using Npgsql;

namespace RlsChat.Database;

// The options of a libpq URL. Security may depend on an option, so one that
// is not supported is refused by name, not ignored.
internal sealed class PostgresUrlOptions(NpgsqlConnectionStringBuilder settings, PostgresUrl.Places places, string variable)
{
    private static readonly string[] Supported =
    [
        "host", "port", "dbname", "user", "password", "passfile", "require_auth", "channel_binding", "connect_timeout",
        "client_encoding", "options", "application_name", "fallback_application_name", "keepalives", "keepalives_idle",
        "keepalives_interval", "gssencmode", "krbsrvname", "sslmode", "ssl", "sslnegotiation", "sslcert", "sslkey",
        "sslrootcert", "target_session_attrs", "load_balance_hosts",
    ];

    private static readonly Dictionary<string, string> Instead = new(StringComparer.Ordinal)
    {
        ["hostaddr"] = "put the address into host",
        ["service"] = "write out what the service file says",
        ["servicefile"] = "write out what the service file says",
        ["sslpassword"] = "take the passphrase off the key (openssl pkey), and let its file be readable by you alone",
        ["requiressl"] = "use sslmode",
        ["sslcompression"] = "TLS compression is unsafe and off everywhere",
        ["replication"] = "this program does not replicate",
    };

    /// <summary>The methods of require_auth, with Npgsql's names.</summary>
    internal static readonly IReadOnlyDictionary<string, string> Authentications = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["password"] = "Password",
        ["md5"] = "MD5",
        ["gss"] = "GSS",
        ["sspi"] = "SSPI",
        ["scram-sha-256"] = "ScramSHA256",
        ["none"] = "None",
    };

    private string? _fallbackName;
    private bool _keepAlive = true, _systemRoots;
    private int _idle, _interval;
    private bool _hasMode;

    public void Apply(string name, string value)
    {
        switch (name)
        {
            case "host": places.SetHosts(value); break;
            case "port": places.SetPorts(value); break;
            case "dbname": settings.Database = Some(value); break;
            case "user": settings.Username = Some(value); break;
            case "password": settings.Password = Some(value); break;
            case "passfile": settings.Passfile = Some(value); break;
            case "require_auth": settings.RequireAuth = RequireAuth(value); break;
            case "channel_binding": settings.ChannelBinding = Choice<ChannelBinding>(name, value); break;
            case "connect_timeout": settings.Timeout = Number(name, value, 1024); break;
            case "client_encoding": Utf8(value); break;
            case "options": settings.Options = Some(value); break;
            case "application_name": settings.ApplicationName = Some(value); break;
            case "fallback_application_name": _fallbackName = Some(value); break;
            case "keepalives": _keepAlive = Number(name, value, 1) == 1; settings.TcpKeepAlive = _keepAlive; break;
            case "keepalives_idle": _idle = Number(name, value, 32767); break;
            case "keepalives_interval": _interval = Number(name, value, 32767); break;
            case "gssencmode": settings.GssEncryptionMode = Choice<GssEncryptionMode>(name, value); break;
            case "krbsrvname": settings.KerberosServiceName = value; break;
            case "sslmode": (settings.SslMode, _hasMode) = (Mode(value), true); break;
            // As JDBC writes it; libpq reads it, too.
            case "ssl" when value is "true": (settings.SslMode, _hasMode) = (SslMode.Require, true); break;
            case "ssl": throw PostgresUrl.Malformed(variable, "ssl can only be true; otherwise use sslmode");
            case "sslnegotiation": settings.SslNegotiation = Choice<SslNegotiation>(name, value); break;
            case "sslcert": settings.SslCertificate = Some(value); break;
            case "sslkey": settings.SslKey = Some(value); break;
            case "sslrootcert":
                _systemRoots = value is "system";
                settings.RootCertificate = _systemRoots ? ClientConnection.SystemRoots() : Some(value);
                break;
            case "target_session_attrs": settings.TargetSessionAttributes = Target(value); break;
            case "load_balance_hosts": settings.LoadBalanceHosts = OneOf(name, value, "disable", "random") == 1; break;
            default: throw Unknown(name);
        }
    }

    /// <summary>Settings that depend on several options or on the hosts.</summary>
    public void Finish()
    {
        if (_fallbackName is not null && settings.ApplicationName is null
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("PGAPPNAME")))
        {
            settings.ApplicationName = _fallbackName;
        }

        if (_keepAlive && (_idle > 0 || _interval > 0))
        {
            // Npgsql requires the time before the interval; this is the kernel's default.
            settings.TcpKeepAliveTime = _idle > 0 ? _idle : 7200;
            settings.TcpKeepAliveInterval = _interval;
        }

        FinishTls();
    }

    private void FinishTls()
    {
        if (PostgresUrl.Hosts(settings.Host, settings.Port).All(place => PostgresUrl.IsSocket(place.Host)))
        {
            // A Unix socket has no TLS, and libpq ignores sslmode there.
            settings.SslMode = SslMode.Disable;
            return;
        }

        if (_systemRoots && _hasMode && settings.SslMode is SslMode.Disable or SslMode.Allow or SslMode.Prefer)
        {
            throw PostgresUrl.Malformed(variable, "sslrootcert=system needs sslmode=verify-full");
        }

        if (_systemRoots || (settings.SslMode is SslMode.Require or SslMode.VerifyCA && !PostgresUrl.IsLoopback(settings.Host)))
        {
            settings.SslMode = SslMode.VerifyFull;
        }

        if (settings is { SslNegotiation: SslNegotiation.Direct, SslMode: SslMode.Disable or SslMode.Allow or SslMode.Prefer })
        {
            throw PostgresUrl.Malformed(variable, "sslnegotiation=direct needs sslmode=require or verify-full");
        }
    }

    private SetupException Unknown(string name) => Instead.TryGetValue(name, out var instead)
        ? PostgresUrl.Malformed(variable, $"the option \"{name}\" is not supported; {instead}")
        : PostgresUrl.Malformed(variable,
            // Anything but a keyword may be the rest of a password that contains &.
            $"unknown option {(name.All(letter => char.IsAsciiLetter(letter) || letter == '_') ? $"\"{name}\"" : "")}; "
                + $"supported are {string.Join(", ", Supported)}");

    private static string? Some(string value) => value.Length == 0 ? null : value;

    private SslMode Mode(string value) => OneOf("sslmode", value, "disable", "allow", "prefer", "require", "verify-ca", "verify-full") switch
    {
        0 => SslMode.Disable,
        1 => SslMode.Allow,
        2 => SslMode.Prefer,
        3 => SslMode.Require,
        4 => SslMode.VerifyCA,
        _ => SslMode.VerifyFull,
    };

    private string? Target(string value) =>
        OneOf("target_session_attrs", value, "any", "read-write", "read-only", "primary", "standby", "prefer-standby") == 0 ? null : value;

    private string? RequireAuth(string value)
    {
        if (value.Length == 0)
        {
            return null;
        }

        var not = value.StartsWith('!') ? "!" : "";
        return string.Join(',', value.Split(',').Select(method =>
            method.StartsWith(not, StringComparison.Ordinal) && Authentications.TryGetValue(method[not.Length..], out var known)
                ? not + known
                : throw PostgresUrl.Malformed(variable,
                    $"require_auth is a list of {string.Join(", ", Authentications.Keys)}, with ! before all or none of them")));
    }

    private void Utf8(string value)
    {
        if (value.Length > 0 && value.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() is not ("UTF8" or "UNICODE" or "AUTO"))
        {
            throw PostgresUrl.Malformed(variable, "client_encoding can only be UTF8");
        }
    }

    private T Choice<T>(string name, string value) where T : struct, Enum =>
        Enum.GetValues<T>()[OneOf(name, value, [.. Enum.GetNames<T>().Select(choice => choice.ToLowerInvariant())])];

    private int OneOf(string name, string value, params string[] choices) => Array.IndexOf(choices, value) is >= 0 and var index
        ? index
        : throw PostgresUrl.Malformed(variable, $"{name} is one of {string.Join(", ", choices)}");

    private int Number(string name, string value, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most
            ? number
            : throw PostgresUrl.Malformed(variable, $"{name} is a whole number, at most {most}");
}
