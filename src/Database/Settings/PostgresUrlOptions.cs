using System.Globalization;
using Npgsql;

namespace RlsChat.Database;

// The options of a libpq URL that have a meaning here. An option that we would silently ignore may be
// the one that someone's safety depends on, so an unknown one is an error.
internal static class PostgresUrlOptions
{
    public static void Apply(NpgsqlConnectionStringBuilder settings, string name, string value, string variable)
    {
        switch (name)
        {
            case "sslmode": settings.SslMode = SslMode(value, variable); break;
            case "sslrootcert": settings.RootCertificate = value is "system" ? null : value; break;
            case "sslcert": settings.SslCertificate = value; break;
            case "sslkey": settings.SslKey = value; break;
            case "sslnegotiation": settings.SslNegotiation = Choice<SslNegotiation>(name, value, variable); break;
            case "channel_binding": settings.ChannelBinding = Choice<ChannelBinding>(name, value, variable); break;
            case "gssencmode": settings.GssEncryptionMode = Choice<GssEncryptionMode>(name, value, variable); break;
            case "connect_timeout": settings.Timeout = Number(name, value, variable, 1024); break;
            case "application_name": settings.ApplicationName = value; break;
            case "options": settings.Options = value; break;
            case "client_encoding": settings.ClientEncoding = value; break;
            case "target_session_attrs": settings.TargetSessionAttributes = value; break;
            case "load_balance_hosts": settings.LoadBalanceHosts = value is "random"; break;
            case "keepalives_idle": settings.TcpKeepAliveTime = Number(name, value, variable, 7200); break;
            case "user": settings.Username = value; break;
            case "password": settings.Password = value; break;
            case "dbname": settings.Database = value; break;
            default: throw PostgresUrl.Malformed(variable, $"unknown option \"{name}\"");
        }
    }

    private static SslMode SslMode(string value, string variable) => value switch
    {
        "disable" => Npgsql.SslMode.Disable,
        "allow" => Npgsql.SslMode.Allow,
        "prefer" => Npgsql.SslMode.Prefer,
        "require" => Npgsql.SslMode.Require,
        "verify-ca" => Npgsql.SslMode.VerifyCA,
        "verify-full" => Npgsql.SslMode.VerifyFull,
        _ => throw PostgresUrl.Malformed(variable,
            "sslmode is one of disable, allow, prefer, require, verify-ca, verify-full"),
    };

    private static T Choice<T>(string name, string value, string variable) where T : struct, Enum =>
        Enum.TryParse<T>(value, ignoreCase: true, out var choice) && !char.IsAsciiDigit(value[0])
            ? choice
            : throw PostgresUrl.Malformed(variable,
                $"{name} is one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");

    private static int Number(string name, string value, string variable, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most
            ? number
            : throw PostgresUrl.Malformed(variable, $"{name} is a whole number of seconds, at most {most}");
}
