//! The ops of `deno_node_crypto` that `node:crypto` may use, one by one.
//!
//! `isolate::extension` keeps these of the crate's extension and no others; `js-prelude/node/crypto/guards.js` bounds what they are asked.
//!
//! Invariant: an op that is not named here does not exist in an isolate.

/// Their names. Not here: DSA, Diffie-Hellman groups and primes for them, Ed448 and X448, SPKAC, PFX and revocation lists.
pub const CRYPTO_OPS: &[&str] = &[
    "op_node_aes_unwrap_key",
    "op_node_aes_wrap_key",
    "op_node_check_prime_bytes",
    "op_node_cipheriv_encrypt",
    "op_node_cipheriv_final",
    "op_node_cipheriv_set_aad",
    "op_node_cipheriv_take",
    "op_node_create_cipheriv",
    "op_node_create_decipheriv",
    "op_node_create_ec_jwk",
    "op_node_create_ed_raw",
    "op_node_create_hash",
    "op_node_create_private_key",
    "op_node_create_public_key",
    "op_node_create_rsa_jwk",
    "op_node_create_secret_key",
    "op_node_decipheriv_auth_tag",
    "op_node_decipheriv_decrypt",
    "op_node_decipheriv_final",
    "op_node_decipheriv_set_aad",
    "op_node_derive_public_key_from_private_key",
    "op_node_diffie_hellman",
    "op_node_ecdh_compute_public_key",
    "op_node_ecdh_compute_secret",
    "op_node_ecdh_encode_pubkey",
    "op_node_ecdh_generate_keys",
    "op_node_ecdh_validate_private_key",
    "op_node_ecdh_validate_public_key",
    "op_node_export_private_key_der",
    "op_node_export_private_key_jwk",
    "op_node_export_private_key_pem",
    "op_node_export_public_key_der",
    "op_node_export_public_key_jwk",
    "op_node_export_public_key_pem",
    "op_node_export_secret_key",
    "op_node_export_secret_key_b64url",
    "op_node_fill_random",
    "op_node_generate_ec_key",
    "op_node_generate_ed25519_key",
    "op_node_generate_rsa_key",
    "op_node_generate_rsa_key_async",
    "op_node_generate_rsa_pss_key",
    "op_node_generate_rsa_pss_key_async",
    "op_node_generate_secret_key",
    "op_node_generate_x25519_key",
    "op_node_get_asymmetric_key_details",
    "op_node_get_asymmetric_key_type",
    "op_node_get_hash_size",
    "op_node_get_hashes",
    "op_node_get_private_key_from_pair",
    "op_node_get_public_key_from_pair",
    "op_node_get_symmetric_key_size",
    "op_node_hash_clone",
    "op_node_hash_digest",
    "op_node_hash_digest_hex",
    "op_node_hash_update",
    "op_node_hash_update_str",
    "op_node_hkdf",
    "op_node_key_equals",
    "op_node_key_type",
    "op_node_pbkdf2",
    "op_node_pbkdf2_async",
    "op_node_pbkdf2_validate",
    "op_node_private_decrypt",
    "op_node_private_encrypt",
    "op_node_public_decrypt",
    "op_node_public_encrypt",
    "op_node_random_int",
    "op_node_scrypt_async",
    "op_node_scrypt_sync",
    "op_node_sign",
    "op_node_sign_ed25519",
    "op_node_validate_oaep_hash",
    "op_node_verify",
    "op_node_verify_ed25519",
    "op_node_x509_ca",
    "op_node_x509_check_email",
    "op_node_x509_check_host",
    "op_node_x509_check_ip",
    "op_node_x509_check_issued",
    "op_node_x509_check_private_key",
    "op_node_x509_fingerprint",
    "op_node_x509_fingerprint256",
    "op_node_x509_fingerprint512",
    "op_node_x509_get_info_access",
    "op_node_x509_get_issuer",
    "op_node_x509_get_raw",
    "op_node_x509_get_serial_number",
    "op_node_x509_get_signature_algorithm_name",
    "op_node_x509_get_signature_algorithm_oid",
    "op_node_x509_get_subject",
    "op_node_x509_get_subject_alt_name",
    "op_node_x509_get_valid_from",
    "op_node_x509_get_valid_to",
    "op_node_x509_key_usage",
    "op_node_x509_parse",
    "op_node_x509_public_key",
    "op_node_x509_to_legacy_object",
    "op_node_x509_to_string",
    "op_node_x509_verify",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_op_of_the_list_exists() {
        let crypto = deno_node_crypto::deno_node_crypto::lazy_init();
        let missing: Vec<_> = CRYPTO_OPS.iter().filter(|name| !crypto.ops.iter().any(|op| op.name == **name)).collect();
        assert!(missing.is_empty(), "not in the crate: {missing:?}");
    }

    #[test]
    fn the_list_is_in_order_and_names_nothing_twice() {
        assert!(CRYPTO_OPS.is_sorted_by(|one, other| one < other));
    }

    #[test]
    fn ops_that_panic_or_run_without_bound_are_not_in_the_list() {
        let refused = ["_dsa_", "_dh_", "448", "spkac", "pfx", "crl", "gen_prime", "fill_random_async", "secret_key_async"];
        let listed: Vec<_> = CRYPTO_OPS.iter().filter(|name| refused.iter().any(|part| name.contains(part))).collect();
        assert!(listed.is_empty(), "in the list: {listed:?}");
    }
}
