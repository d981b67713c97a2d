using System.Diagnostics;
using Npgsql;

namespace RlsChat.Database;

// Tells libpq's programs where to connect, by their environment: a command line is read by everybody.
internal static class ClientConnection
{
    // What these say in our own environment, Npgsql does not know: both go where the URL says.
    private static readonly string[] Foreign =
    [
        "PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGREQUIREPEER", "PGREQUIRESSL", "PGSSLCRL", "PGSSLCRLDIR", "PGSSLCERTMODE",
        "PGTARGETSESSIONATTRS", "PGLOADBALANCEHOSTS",
    ];

    private static readonly string[] Bundles =
    [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
    ];

    /// <summary>The file of the certificates that this machine trusts; libpq knows <c>system</c> only from 16 on.</summary>
    public static string? SystemRoots() =>
        Environment.GetEnvironmentVariable("SSL_CERT_FILE") is { Length: > 0 } chosen ? chosen : Bundles.FirstOrDefault(File.Exists);

    public static void Set(ProcessStartInfo start, NpgsqlConnectionStringBuilder settings)
    {
        foreach (var name in Foreign)
        {
            start.Environment.Remove(name);
        }

        var places = PostgresUrl.Hosts(settings.Host, settings.Port).ToList();
        var values = new Dictionary<string, string?>
        {
            ["PGHOST"] = string.Join(',', places.Select(place => place.Host)),
            ["PGPORT"] = string.Join(',', places.Select(place => place.Port)),
            ["PGDATABASE"] = settings.Database,
            ["PGUSER"] = settings.Username,
            ["PGPASSWORD"] = settings.Password,
            ["PGPASSFILE"] = settings.Passfile,
            ["PGAPPNAME"] = settings.ApplicationName,
            ["PGOPTIONS"] = settings.Options,
            ["PGCONNECT_TIMEOUT"] = $"{settings.Timeout}",
            ["PGCLIENTENCODING"] = "UTF8",
            ["PGTARGETSESSIONATTRS"] = settings.TargetSessionAttributes,
            ["PGGSSENCMODE"] = $"{settings.GssEncryptionMode}".ToLowerInvariant(),
            ["PGCHANNELBINDING"] = $"{settings.ChannelBinding}".ToLowerInvariant(),
            ["PGKRBSRVNAME"] = settings.KerberosServiceName,
            ["PGSSLNEGOTIATION"] = settings.SslNegotiation == SslNegotiation.Direct ? "direct" : null,
            ["PGSSLCERT"] = settings.SslCertificate,
            ["PGSSLKEY"] = settings.SslKey,
            ["PGSSLROOTCERT"] = settings.RootCertificate ?? (settings.SslMode == SslMode.VerifyFull ? DefaultRoots() : null),
            ["PGSSLMODE"] = settings.SslMode switch
            {
                SslMode.VerifyFull => "verify-full",
                SslMode.VerifyCA => "verify-ca",
                var mode => $"{mode}".ToLowerInvariant(),
            },
        };
        foreach (var (name, value) in values.Where(pair => !string.IsNullOrEmpty(pair.Value)))
        {
            start.Environment[name] = value;
        }

        foreach (var argument in Arguments(settings))
        {
            start.ArgumentList.Add(argument);
        }
    }

    // What has no variable, or one that an older program would not look at; none of it is a secret.
    private static IEnumerable<string> Arguments(NpgsqlConnectionStringBuilder settings)
    {
        var options = new List<string>();
        if (settings.RequireAuth is { } methods)
        {
            foreach (var (method, name) in PostgresUrlOptions.Authentications)
            {
                methods = methods.Replace(name, method, StringComparison.Ordinal);
            }

            options.Add($"require_auth={methods}");
        }

        if (settings.ShouldSerialize("TCP Keepalive"))
        {
            options.Add($"keepalives={(settings.TcpKeepAlive ? 1 : 0)}");
        }

        if (settings.TcpKeepAliveTime > 0)
        {
            options.Add($"keepalives_idle={settings.TcpKeepAliveTime}");
        }

        if (settings.TcpKeepAliveInterval > 0)
        {
            options.Add($"keepalives_interval={settings.TcpKeepAliveInterval}");
        }

        return options.Count == 0 ? [] : [$"--dbname={string.Join(' ', options)}"];
    }

    // As Npgsql: what the environment or the home folder names, else what the machine trusts.
    private static string? DefaultRoots() =>
        Environment.GetEnvironmentVariable("PGSSLROOTCERT") is { Length: > 0 } chosen ? chosen
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".postgresql", "root.crt") is var own && File.Exists(own) ? own
        : SystemRoots() ?? "system";
}
