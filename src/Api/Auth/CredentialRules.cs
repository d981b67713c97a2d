using RlsChat.Api.Http;

namespace RlsChat.Api.Auth;

/// <summary>Checks of passwords and tokens in request bodies.</summary>
internal static class CredentialRules
{
    /// <summary>A password to set, as <see cref="Passwords.Prepare"/> changes it.</summary>
    public static void NewPassword(this Errors errors, string field, string? value)
    {
        errors.Rules?.Add(field, new(Required: true) { MinLength = Passwords.MinLength, MaxLength = Passwords.MaxLength });
        if (value is null || !Passwords.IsNew(value))
        {
            errors.Add(field, $"must be a text of {Passwords.MinLength} to {Passwords.MaxLength} characters, without controls and invisible or unassigned ones");
        }
    }

    /// <summary>A password to compare with a known one, which may be older than the rules for its characters.</summary>
    public static void Password(this Errors errors, string field, string? value, bool required)
    {
        errors.Rules?.Add(field, new(required) { MinLength = 1, MaxLength = Passwords.MaxLength });
        if (value is not null ? value is "" || value.Contains('\0') || !Passwords.Fits(value) : required)
        {
            errors.Add(field, $"must be a text of 1 to {Passwords.MaxLength} characters, without NUL");
        }
    }

    /// <summary>A secret that this API has mailed, by its shape.</summary>
    public static void Secret(this Errors errors, string field, string? value)
    {
        errors.Rules?.Add(field, new(Required: true) { Pattern = Auth.Secret.Pattern });
        if (!Auth.Secret.IsWellFormed(value))
        {
            errors.Add(field, "must be the token of a mail");
        }
    }
}
