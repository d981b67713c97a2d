using RlsChat.Api.Http;

namespace RlsChat.Api.Auth;

/// <summary>A password to set, as <see cref="Passwords.Prepare"/> changes it.</summary>
internal sealed class NewPasswordAttribute : RuleAttribute
{
    public NewPasswordAttribute() => (MinLength, MaxLength) = (Passwords.MinLength, Passwords.MaxLength);

    public override string? Error(object? value) => value is string password && Passwords.IsNew(password)
        ? null
        : $"must be a text of {MinLength} to {MaxLength} characters, without controls and invisible or unassigned ones";
}

/// <summary>A password to compare with a known one, which may be older than the rules for its characters.</summary>
internal sealed class KnownPasswordAttribute : RuleAttribute
{
    public KnownPasswordAttribute() => (MinLength, MaxLength) = (1, Passwords.MaxLength);

    public override string? Error(object? value) =>
        value is string { Length: > 0 } password && !password.Contains('\0') && Passwords.Fits(password)
            ? null
            : $"must be a text of 1 to {MaxLength} characters, without NUL";
}

/// <summary>A secret that this API has mailed, by its shape.</summary>
internal sealed class MailedSecretAttribute : RuleAttribute
{
    public MailedSecretAttribute() => Pattern = Secret.Pattern;

    public override string? Error(object? value) =>
        Secret.IsWellFormed(value as string) ? null : "must be the token of a mail";
}
