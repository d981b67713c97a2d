using RlsChat.Tests.Mutants.Expressions;

namespace RlsChat.Tests.Mutants.Catalogue;

/// <summary>Functions with weaker attributes, and with weaker bodies.</summary>
internal static class Functions
{
    private sealed record Function(
        string Signature, string Name, string Language, char Volatility, bool IsDefiner, bool IsSearchPathFixed,
        string[] Callers, string Definition, string Body);

    public static IEnumerable<Mutant> Of(Installed database) => database.Rows<Function>(
        """
        select p.oid::regprocedure::text as "Signature", n.nspname || '.' || p.proname as "Name", l.lanname as "Language",
          p.provolatile as "Volatility", p.prosecdef as "IsDefiner", p.proconfig is not null as "IsSearchPathFixed",
          array(select distinct pg_get_userbyid(g.grantee)::text from aclexplode(p.proacl) g where g.grantee <> p.proowner) as "Callers",
          pg_get_functiondef(p.oid) as "Definition", p.prosrc as "Body"
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        join pg_language l on l.oid = p.prolang
        where n.nspname in ('public', 'auth', 'app_private', 'monitor') and p.prokind = 'f' and l.lanname in ('sql', 'plpgsql')
        order by (p.oid::regprocedure::text) collate "C"
        """).SelectMany(f => Attributes(f).Concat(Bodies(f)));

    private static IEnumerable<Mutant> Attributes(Function f)
    {
        if (f.Volatility == 's')
        {
            yield return Made("stable to immutable", "immutable", $"alter function {f.Signature} immutable");
        }

        if (f.IsSearchPathFixed)
        {
            yield return Made("no search_path", "no search_path", $"alter function {f.Signature} reset search_path");
        }

        if (!f.IsDefiner)
        {
            yield return Made("invoker to definer", "definer",
                "grant create on schema public, auth, app_private, monitor to identity_definer",
                $"alter function {f.Signature} owner to identity_definer",
                "revoke create on schema public, auth, app_private, monitor from identity_definer",
                $"alter function {f.Signature} security definer");
        }

        yield return Made("execute to another role", "execute to public", $"grant execute on function {f.Signature} to public");
        // Whoever may not sign in, of what a person may do; a person, of what only the sign-in may.
        var another = f.Callers.Contains("regular_user") ? "anonymous" : f.Callers.Contains("rlschat_auth") ? "regular_user" : null;
        if (another is not null && !f.Callers.Contains(another))
        {
            yield return Made("execute to another role", $"execute to {another}", $"grant execute on function {f.Signature} to {another}");
        }

        Mutant Made(string kind, string what, params IReadOnlyList<string> apply) =>
            new($"function {f.Signature}: {what}", kind, f.Name, apply[^1], apply);
    }

    // The rules' own text is proved by the seeded defects of CatalogueTests, and the installer's by its tests.
    private static IEnumerable<Mutant> Bodies(Function f) =>
        f.Name is "app_private.definitions" or "app_private.ensure_builtin_rows" || f.Name.StartsWith("monitor.", StringComparison.Ordinal)
            ? []
            : Edit.OfBody(f.Body).Select(edit => new Mutant(
                $"function {f.Signature}: {edit.Name}", edit.Kind == Edit.GuardDropped ? edit.Kind : $"{edit.Kind} in a function", f.Name,
                edit.Describe(f.Body), f.Definition.Replace(f.Body, edit.Of(f.Body), StringComparison.Ordinal)));
}
