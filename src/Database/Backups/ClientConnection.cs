using System.Diagnostics;
using Npgsql;

namespace RlsChat.Database;

// Tells libpq's programs where to connect, by their environment: a command line is read by everybody.
internal static class ClientConnection
{
    public static void Set(ProcessStartInfo start, NpgsqlConnectionStringBuilder settings)
    {
        start.Environment["PGHOST"] = settings.Host;
        start.Environment["PGPORT"] = $"{settings.Port}";
        start.Environment["PGDATABASE"] = settings.Database;
        start.Environment["PGUSER"] = settings.Username;
        start.Environment["PGPASSWORD"] = settings.Password;
        start.Environment["PGSSLMODE"] = settings.SslMode switch
        {
            SslMode.VerifyFull => "verify-full",
            SslMode.VerifyCA => "verify-ca",
            var mode => mode.ToString().ToLowerInvariant(),
        };
        if (settings.SslMode == SslMode.VerifyFull && settings.RootCertificate is null)
        {
            start.Environment["PGSSLROOTCERT"] = "system";
        }
        else if (settings.RootCertificate is { } certificate)
        {
            start.Environment["PGSSLROOTCERT"] = certificate;
        }
    }
}
