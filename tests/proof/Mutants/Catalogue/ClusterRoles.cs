namespace RlsChat.Tests.Mutants.Catalogue;

/// <summary>Roles that may more, are members of more, or whose settings are gone. Roles are the server's: each is undone.</summary>
internal static class ClusterRoles
{
    private sealed record Role(string Name, bool IsInheriting, bool CanLogIn, bool CanCreateRoles, string[] Settings);

    private sealed record Membership(string Member, string Of);

    public static IEnumerable<Mutant> Of(Installed database)
    {
        var names = string.Join(", ", Installed.Roles.Select(r => $"'{r}'"));
        var roles = database.Rows<Role>(
            $"""
            select r.rolname as "Name", r.rolinherit as "IsInheriting", r.rolcanlogin as "CanLogIn", r.rolcreaterole as "CanCreateRoles",
              array(select unnest(s.setconfig) from pg_db_role_setting s where s.setrole = r.oid and s.setdatabase = 0) as "Settings"
            from pg_roles r where r.rolname in ({names}) order by 1
            """).ToList();
        var members = database.Rows<Membership>(
            """
            select m.rolname as "Member", r.rolname as "Of" from pg_roles m, pg_roles r
            where m.oid <> r.oid and not m.rolsuper and pg_has_role(m.oid, r.oid, 'member')
            """).ToHashSet();
        return [.. roles.SelectMany(Attributes), .. Memberships(members)];
    }

    private static IEnumerable<Mutant> Attributes(Role role)
    {
        foreach (var (attribute, has) in new[]
            { ("superuser", false), ("bypassrls", false), ("createrole", role.CanCreateRoles), ("inherit", role.IsInheriting), ("login", role.CanLogIn) })
        {
            if (!has)
            {
                yield return Made("role attribute", attribute, $"alter role {role.Name} {attribute}", $"alter role {role.Name} no{attribute}");
            }
        }

        foreach (var (name, value) in role.Settings.Select(s => s.Split('=', 2)).Select(s => (s[0], s[1])))
        {
            yield return Made("role setting", $"no {name}", $"alter role {role.Name} reset {name}",
                $"alter role {role.Name} set {name} = '{value.Trim('"')}'");
        }

        Mutant Made(string kind, string what, string sql, string undo) =>
            new($"role {role.Name}: {what}", kind, role.Name, sql, sql) { Undo = [undo] };
    }

    private static IEnumerable<Mutant> Memberships(HashSet<Membership> members) =>
        from member in (string[])["rlschat_api", "rlschat_auth", "rlschat_explain", "rlschat_live", "regular_user", "anonymous", "monitor", "sign_in_definer"]
        from role in (string[])["regular_user", "sign_in_definer", "identity_setter", "rlschat_owner", "rlschat_backup", "rlschat_purge", "rlschat_stats", "monitor"]
        // A circle is refused.
        where member != role && !members.Contains(new Membership(member, role)) && !members.Contains(new Membership(role, member))
        let sql = $"grant {role} to {member}"
        select new Mutant($"role {role}: to {member}", "membership", member, sql, sql) { Undo = [$"revoke {role} from {member}"] };
}
