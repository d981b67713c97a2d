using Dapper;
using Npgsql;

namespace RlsChat.Api.Data;

/// <summary>Checks that the API's logins cannot bypass the policies.</summary>
internal static class Logins
{
    private sealed record Membership(
        string Name, bool Self, bool Superuser, bool Bypass, bool Creates, bool Predefined, bool Reads, bool Believed, string? Owns);

    public static async Task<List<string>> Findings(NpgsqlConnection connection, string expected, CancellationToken stop)
    {
        var login = await connection.ExecuteScalarAsync<string>(new CommandDefinition("select session_user::text", cancellationToken: stop));
        var roles = (await connection.QueryAsync<Membership>(new CommandDefinition(
            """
            select r.rolname::text as "name", r.rolname = session_user as "self", r.rolsuper as "superuser",
              r.rolbypassrls as "bypass", r.rolcreaterole as "creates",
              r.rolname = any('{pg_read_all_data,pg_write_all_data,pg_read_server_files,pg_write_server_files,pg_execute_server_program}') as "predefined",
              r.rolname = 'rlschat_backup' as "reads", r.rolname = 'identity_setter' as "believed",
              coalesce(
                (select min(c.oid::regclass::text) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                  where c.relowner = r.oid and c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema$)'),
                (select min(p.oid::regprocedure::text) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                  where p.proowner = r.oid and p.prosecdef and n.nspname !~ '^(pg_|information_schema$)')) as "owns"
            from pg_roles r
            where pg_has_role(session_user, r.oid, 'member')
            order by r.rolname <> session_user, r.rolname
            """, cancellationToken: stop))).ToList();

        var findings = new List<string>();
        if (login != expected)
        {
            findings.Add($"the connection is {login}'s, where {expected}'s belongs");
        }

        // A superuser can become everybody: one finding is enough.
        var telling = roles.Find(role => role is { Self: true, Superuser: true }) is { } super ? [super] : roles;
        foreach (var role in telling)
        {
            // Both are what explanations are made with.
            if (Why(role) is { } why && !(role is { Reads: true } or { Believed: true } && expected == "rlschat_explain"))
            {
                findings.Add(role.Self ? $"{login} {why}" : $"{login} can become {role.Name}, which {why}");
            }
        }

        return findings;
    }

    private static string? Why(Membership role) => role switch
    {
        { Superuser: true } => "is a superuser: no policy applies to it",
        { Bypass: true } => "has BYPASSRLS: no policy applies to it",
        { Creates: true } => "may create roles, and so give itself the rights of others",
        { Predefined: true } => "reads or writes past the grants",
        { Reads: true } => "reads every row",
        { Believed: true } => "is believed when it says who it is",
        { Owns: { } owned } => $"owns {owned}: an owner can lift its policies",
        _ => null,
    };
}
