/* A stand-in for a FIDO token, as OpenSSH's provider of one (PROTOCOL.u2f, sk-api version 10): its ed25519 key is in the handle, nobody touches it, and
 * its PIN is 1234. With libcrypto, whose headers need not be there. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern unsigned char *SHA256(const unsigned char *d, size_t n, unsigned char *md);
extern int RAND_bytes(unsigned char *buf, int num);
extern void *EVP_PKEY_new_raw_private_key(int type, void *e, const unsigned char *key, size_t len);
extern int EVP_PKEY_get_raw_public_key(const void *pkey, unsigned char *pub, size_t *len);
extern void EVP_PKEY_free(void *pkey);
extern void *EVP_MD_CTX_new(void);
extern void EVP_MD_CTX_free(void *ctx);
extern int EVP_DigestSignInit(void *ctx, void **pctx, const void *type, void *e, void *pkey);
extern int EVP_DigestSign(void *ctx, unsigned char *sig, size_t *len, const unsigned char *tbs, size_t n);

enum { ED25519_NID = 1087, ED25519 = 1, PRESENCE = 0x01, VERIFY = 0x04, FAILED = -1, PIN_REQUIRED = -3, SEED = 32 };

struct enrolled {
  uint8_t flags;
  uint8_t *public_key; size_t public_key_len;
  uint8_t *key_handle; size_t key_handle_len;
  uint8_t *signature; size_t signature_len;
  uint8_t *attestation_cert; size_t attestation_cert_len;
  uint8_t *authdata; size_t authdata_len;
};

struct signed_ {
  uint8_t flags;
  uint32_t counter;
  uint8_t *sig_r; size_t sig_r_len;
  uint8_t *sig_s; size_t sig_s_len;
};

uint32_t sk_api_version(void) { return 0x000a0000; }

int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len, const char *application, uint8_t flags, const char *pin, void **options,
              struct enrolled **out) {
  (void)challenge; (void)challenge_len; (void)application; (void)options;
  if (alg != ED25519) return FAILED;
  if ((flags & VERIFY) && (pin == NULL || strcmp(pin, "1234") != 0)) return PIN_REQUIRED;
  struct enrolled *made = calloc(1, sizeof *made);
  made->flags = flags;
  made->key_handle_len = made->public_key_len = SEED;
  made->key_handle = malloc(SEED);
  made->public_key = malloc(SEED);
  made->signature = calloc(1, made->signature_len = 64);
  RAND_bytes(made->key_handle, SEED);
  void *key = EVP_PKEY_new_raw_private_key(ED25519_NID, NULL, made->key_handle, SEED);
  EVP_PKEY_get_raw_public_key(key, made->public_key, &made->public_key_len);
  EVP_PKEY_free(key);
  *out = made;
  return 0;
}

int sk_sign(uint32_t alg, const uint8_t *data, size_t data_len, const char *application, const uint8_t *key_handle, size_t key_handle_len,
            uint8_t flags, const char *pin, void **options, struct signed_ **out) {
  (void)options;
  if (alg != ED25519 || key_handle_len != SEED) return FAILED;
  if ((flags & VERIFY) && (pin == NULL || strcmp(pin, "1234") != 0)) return PIN_REQUIRED;
  if (flags & PRESENCE) sleep(2); /* until it is touched: what asks for that is a process of its own */
  unsigned char text[32 + 1 + 4 + 32] = {0};
  SHA256((const unsigned char *)application, strlen(application), text);
  text[32] = flags;
  text[36] = 1; /* the counter */
  SHA256(data, data_len, text + 37);
  struct signed_ *made = calloc(1, sizeof *made);
  made->flags = flags;
  made->counter = 1;
  made->sig_r = malloc(made->sig_r_len = 64);
  void *key = EVP_PKEY_new_raw_private_key(ED25519_NID, NULL, key_handle, SEED);
  void *context = EVP_MD_CTX_new();
  int ok = EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 && EVP_DigestSign(context, made->sig_r, &made->sig_r_len, text, sizeof text) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  *out = made;
  return ok ? 0 : FAILED;
}

int sk_load_resident_keys(const char *pin, void **options, void ***keys, size_t *count) {
  (void)pin; (void)options;
  *keys = NULL;
  *count = 0;
  return 0;
}
