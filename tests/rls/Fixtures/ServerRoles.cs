using Npgsql;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>Roles are the whole server's: a test that alters one meets migrations of other databases, which alter it too.</summary>
public static class ServerRoles
{
    /// <summary>Runs <paramref name="transaction"/>, again when PostgreSQL says "tuple concurrently updated" (XX000); at most five times.</summary>
    public static async Task<T> Alter<T>(Func<Task<T>> transaction)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await transaction();
            }
            catch (PostgresException e) when (attempt < 5 && e.SqlState == PostgresErrorCodes.InternalError
                && e.MessageText.StartsWith("tuple concurrently", StringComparison.Ordinal))
            {
            }
        }
    }
}
